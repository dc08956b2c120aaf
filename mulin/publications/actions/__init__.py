"""Acts on what is published: promises and what residents say of them."""
