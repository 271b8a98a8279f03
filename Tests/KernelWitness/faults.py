"""Planted faults: mistakes that a reading of the API can make, each put into the translator on purpose.

A run in which one of them is not noticed fails: then the random policies never reach the rule, and the test's silence on
it would mean nothing. The texts are the conditions in translator.py.
"""

FAULTS = {
    "except is ignored": "N17",
    "endPort is ignored": "N33, A16, A17",
    "NotIn needs the key": "N14",
    "podSelector alone reaches all namespaces": "N10",
    "two selectors in one peer are ORed": "N12",
    "no peers means nobody": "N9",
    "0.0.0.0/0 covers IPv6": "N20",
    "networks and ipBlocks do not match pods": "N21, A13",
    "protocol defaults to all": "N29",
    "SCTP ports open TCP": "N39",
    "ports are those before service translation": "N34, N41",
    "named ports are looked up on the selected pod": "N35",
    "policyTypes default to Ingress alone": "N3",
    "rules count without their policyType": "N4",
    "the own node is not exempt": "N23",
    "selectors match hostNetwork pods": "N13, N25, A11",
    "finished pods keep their address": "N26",
    "a higher priority number wins": "A2",
    "the last admin rule that matches wins": "A3",
    "an egress Allow decides for both sides": "A6",
    "Pass allows": "A6",
    "Pass goes to the next rule": "A6",
    "unknown peers match nothing": "A23",
    "BaselineAdminNetworkPolicy is ignored": "A8",
    "a NetworkPolicy's deny falls to Baseline": "A9",
    "NetworkPolicy comes after Baseline": "A9",
    "isolation is not per direction": "A10",
}
