"""Where a server's URL leads: places that no dev database is at, and whether two are one."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path

from ci_runner.errors import ConfigError
from ci_runner.frozen import frozen

Address = IPv4Address | IPv6Address

# Where clouds answer questions about the machine and its credentials, and what reaches only the
# machine's own link. RFC 3927 and 4291; AWS, Google and Azure on 169.254.169.254; AWS on
# fd00:ec2::254; Azure's WireServer; Alibaba; Oracle.
_FORBIDDEN = tuple(
    map(
        ip_network,
        (
            "169.254.0.0/16",
            "fe80::/10",
            "fd00:ec2::/32",
            "168.63.129.16/32",
            "100.100.100.200/32",
            "192.0.0.192/32",
        ),
    )
)
_FORBIDDEN_NAMES = frozenset({"metadata", "metadata.google.internal", "instance-data"})
# For the description of a server.
BESIDE_A_TARGET = ", where the target lives too"
_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052


@frozen
class Place:
    """One host and port that a URL connects to.

    `host` is a name, an address, or the folder of a unix socket, "" for the engine's usual one;
    `addresses` are what a name means now, none for a socket and for a name that nobody knows.
    """

    host: str
    port: int
    addresses: frozenset[Address] = frozenset()

    @property
    def is_socket(self) -> bool:
        return not self.host or self.host[0] in "/@"

    @property
    def is_local(self) -> bool:
        """Reached without leaving this machine, however it is spelled."""
        return self.is_socket or any(_plain(each).is_loopback for each in self.addresses)


@frozen
class Destination:
    """Every place that a URL may connect to, and the database that it opens there."""

    places: tuple[Place, ...]
    database: str


def place(host: str, port: int, address: str = "") -> Place:
    """The place of `host`, its name resolved unless `address` says already what it means."""
    name = host.rstrip(".").lower() if host[:1] not in "/@" else host
    if address:
        return Place(name or address, port, frozenset({ip_address(address.partition("%")[0])}))
    found = Place(name, port)
    return found if found.is_socket else Place(name, port, _resolved(name))


def refuse_forbidden(places: Iterable[Place]) -> None:
    """Raises ConfigError for a link-local or metadata address, whatever name leads there."""
    for each in places:
        named = each.host in _FORBIDDEN_NAMES
        bad = sorted(str(address) for address in each.addresses if _is_forbidden(address))
        if named or bad:
            raise ConfigError(
                "the dev URL points to a link-local or metadata address",
                where=each.host if each.host in bad or not bad else f"{each.host} is {bad[0]}",
                said="what answers there tells about this machine and its credentials",
                next_step="correct the URL",
            )


def on_a_target() -> ConfigError:
    """What is raised where a dev URL opens a target's database, however both are spelled."""
    return ConfigError(
        "the dev URL is that of a target: it would be worked on",
        next_step="give a dev URL of another database, better on another server",
    )


def same_database(one: Destination, other: Destination) -> bool:
    """Whether both may open the same database: any place of one is any of the other's."""
    return one.database == other.database and same_server(one, other)


def same_server(one: Destination, other: Destination) -> bool:
    return any(_same_place(mine, theirs) for mine in one.places for theirs in other.places)


def _same_place(one: Place, other: Place) -> bool:
    if one.port != other.port:
        return False
    if one.is_socket and other.is_socket:
        return not one.host or not other.host or _folder(one.host) == _folder(other.host)
    if one.is_local and other.is_local:
        return True
    return one.host == other.host or bool(_plains(one) & _plains(other))


def _folder(host: str) -> str:
    return host if host.startswith("@") else str(Path(host).resolve())


def _plains(place: Place) -> set[Address]:
    return {_plain(each) for each in place.addresses}


def _plain(address: Address) -> Address:
    """An IPv4 address that is written as IPv6, as itself."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _is_forbidden(address: Address) -> bool:
    plain = _plain(address)
    return any(plain in network for network in _FORBIDDEN if network.version == plain.version)


def _resolved(name: str) -> frozenset[Address]:
    try:
        answers = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        return frozenset()  # whoever connects says so, in its own words
    # A zone (`fe80::1%eth0`) is no part of the address.
    return frozenset(ip_address(str(answer[4][0]).partition("%")[0]) for answer in answers)
