# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a webhook may lead: addresses as they are typed, and machines of the network."""

import pytest

from innovato.checks import production_gaps
from innovato.webhooks import addresses

INSIDE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1", "203.0.113.7", "224.0.0.1",
    "239.255.255.250", "240.0.0.1", "255.255.255.255", "::1", "::", "::127.0.0.1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "::ffff:169.254.169.254", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1",
    "ff02::1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:a00:1::", "2001:0:a00:1::", "2001:db8::1", "niente", "",
]  # fmt: skip
OUTSIDE = ["93.184.216.34", "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"]


@pytest.fixture(autouse=True)
def nothing_allowed(settings):
    settings.INNOVATO_WEBHOOK_NETWORKS = []
    settings.INNOVATO_WEBHOOK_HTTP = False


@pytest.mark.parametrize("ip", INSIDE)
def test_no_machine_inside_is_reached(ip):
    assert not addresses.may_reach(ip)


@pytest.mark.parametrize("ip", OUTSIDE)
def test_machines_outside_are(ip):
    assert addresses.may_reach(ip)


def test_a_network_of_the_setting_is_reached_and_its_neighbour_is_not(settings):
    settings.INNOVATO_WEBHOOK_NETWORKS = ["10.20.0.0/16", "fd00:7::/48"]
    asked = ["10.20.3.4", "::ffff:10.20.3.4", "fd00:7::1", "10.21.0.1", "fd00:8::1", "127.0.0.1"]
    assert [addresses.may_reach(ip) for ip in asked] == [True, True, True, False, False, False]


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://portale.comune.example/innovato", "https://portale.comune.example/innovato"),
        ("https://Portale.Comune.example", "https://portale.comune.example/"),
        ("https://portale.comune.example:443/a?b=c", "https://portale.comune.example/a?b=c"),
        ("https://portale.comune.example:8443/", "https://portale.comune.example:8443/"),
        ("https://93.184.216.34/x", "https://93.184.216.34/x"),
        ("https://[2606:4700:4700::1111]/x", "https://[2606:4700:4700::1111]/x"),
    ],
)
def test_an_address_is_kept_in_one_form(address, kept):
    assert str(addresses.parse(address)) == kept


BAD = [
    "", "portale", "//portale.example/", "http://portale.example/", "ftp://portale.example/", "file:///etc/hosts",
    "https://", "https:///x", "https://a:b@portale.example/", "https://@portale.example/", "https://portale.example/#x",
    "https://portale.example:0/", "https://portale.example:99999/", "https://portale.example:x/", "https://127.0.0.1/",
    "https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://[fe80::1%25eth0]/", "https://10.0.0.1:8443/x",
    "https://169.254.169.254/latest/meta-data/", "https://portale.example/a b", "https://portale.example/\u00e8",
    "https://portale.example/\r\nHost: x", "https://portale.example\\@10.0.0.1/", "https://-a.example/", "https://a..b/",
    "https://portale.example/" + "x" * 500, "https://[::1", "javascript:alert(1)", "https://portale.example\x00/",
]  # fmt: skip


@pytest.mark.parametrize("address", BAD)
def test_what_can_t_be_an_address_is_refused_in_words(address):
    with pytest.raises(addresses.BadAddress) as refused:
        addresses.parse(address)
    assert len(refused.value.sentence) > 10


def test_a_setting_that_names_no_network_is_a_gap_of_production(settings):
    settings.INNOVATO_WEBHOOK_NETWORKS = ["10.0.0.0/8", "qui", "10.0.0.1/8"]
    assert [gap for gap in production_gaps() if "INNOVATO_WEBHOOK_NETWORKS" in gap] == [
        "INNOVATO_WEBHOOK_NETWORKS names no network with qui, 10.0.0.1/8: write them as 10.20.0.0/16."
    ]
