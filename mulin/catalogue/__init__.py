"""Lists of what the city deals with, their dated editions, and the item a text means."""
