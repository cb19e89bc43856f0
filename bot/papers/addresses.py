"""Which addresses a link may lead to: the public ones, and only when they are plainly that."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

# https://www.iana.org/assignments/iana-ipv4-special-registry and …/multicast-addresses: everything there that is
# not globally reachable. Written out because ``ipaddress.is_global`` differs between Python releases
# (CVE-2024-4032), with 192.88.99.0/24 (6to4 relays) and the one public address at which Azure answers its guests.
_IPV4 = {
    "0.0.0.0/8": "unspecified",
    "10.0.0.0/8": "private",
    "100.64.0.0/10": "shared (CGNAT)",
    "127.0.0.0/8": "loopback",
    "168.63.129.16/32": "cloud metadata",
    "169.254.0.0/16": "link-local",
    "172.16.0.0/12": "private",
    "192.0.0.0/24": "reserved",
    "192.0.2.0/24": "documentation",
    "192.88.99.0/24": "reserved",
    "192.168.0.0/16": "private",
    "198.18.0.0/15": "benchmarking",
    "198.51.100.0/24": "documentation",
    "203.0.113.0/24": "documentation",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "reserved",
}
# https://www.iana.org/assignments/ipv6-address-space: only 2000::/3 is given out. Left out by that: ::1, mapped
# (::ffff:0:0/96) and compatible IPv4, NAT64 (64:ff9b::/96, 64:ff9b:1::/48), ULA, link-local, site-local, multicast.
_IPV6_GIVEN_OUT = IPv6Network("2000::/3")
_IPV6 = {
    "2001::/23": "special purpose (Teredo and others)",
    "2001:db8::/32": "documentation",
    "2002::/16": "6to4",
    "3fff::/20": "documentation",
}
_REFUSED4 = tuple((IPv4Network(network), reason) for network, reason in _IPV4.items())
_REFUSED6 = tuple((IPv6Network(network), reason) for network, reason in _IPV6.items())
_ISATAP = 0x5EFE
"""The middle of an interface identifier that carries an IPv4 address (RFC 5214)."""


def refusal(address: str) -> str | None:
    """Why no connection may go to ``address`` (as getaddrinfo writes it), None when it is a public one."""
    try:
        found = ip_address(address)
    except ValueError:
        return "not an address"
    if isinstance(found, IPv6Address):
        if found.scope_id is not None or found not in _IPV6_GIVEN_OUT:
            return "not a public IPv6 address"
        if (int(found) >> 32) & 0xFFFF == _ISATAP and (int(found) >> 48) & 0xFDFF == 0:
            return "ISATAP"
        return next((reason for network, reason in _REFUSED6 if found in network), None)
    return next((reason for network, reason in _REFUSED4 if found in network), None)
