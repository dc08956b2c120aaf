"""WeChat by the same signed request: the gateway knows which account stands behind a number or unit."""

from mulin.gateways.sms import SignedGateway


def gateway(where: str, *, secret: str) -> SignedGateway:
    """Return the gateway at an address."""
    return SignedGateway(where, secret, "wechat")
