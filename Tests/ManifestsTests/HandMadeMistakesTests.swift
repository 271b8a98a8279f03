import Testing

@testable import Manifests

/// Mistakes as people make them by hand: each is found, placed, and explained by what was meant.
@Suite struct HandMadeMistakesTests {
  /// A finding that a text must lead to.
  struct Expected: Sendable {
    var summary: String
    /// Words of the message or of the consequence.
    var words: [String]
  }

  private func check(_ text: String, _ expected: [Expected]) {
    let findings = load(text).findings.filter { $0.severity != .note }
    #expect(findings.map(\.summary) == expected.map(\.summary))
    for (finding, expected) in zip(findings, expected) {
      for words in expected.words {
        #expect(
          "\(finding.message) \(finding.consequence ?? "")".contains(words),
          "\(finding.summary): \(finding.message) -> \(finding.consequence ?? "")")
      }
    }
  }

  @Test func `labels beside matchLabels, a list's key among its items, a port outside its item`() {
    check(
      """
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata:
          name: database
      spec:
          podSelector:
              matchLabels:
              tier: database
          policyTypes:
          - Ingress
          ingress:
          - from:
              - podSelector:
                  matchLabels:
                  app: orders
                namespaceSelector:
                  matchLabels:
                      name: live
              ports:
              - protocol: TCP
              port: 5432
      """,
      [
        Expected(
          summary: "8:9 unknown-field spec.podSelector.tier",
          words: ["indent `tier` so that it belongs to `matchLabels`", "selects EVERYTHING"]),
        Expected(
          summary: "15:13 unknown-field spec.ingress[0].from[0].podSelector.app",
          words: ["indent `app` so that it belongs to `matchLabels`"]),
        Expected(
          summary: "19:9 syntax spec.ingress[0].from",
          words: [
            "`ports` stands where an item (`- ...`) of `from` is expected",
            "align it with `from` in column 7",
          ]),
        Expected(
          summary: "21:9 unknown-field spec.ingress[0].port",
          words: ["outside the list item", "the item of `ports` above"]),
      ])
  }

  @Test func `the spec of a policy alone, with everything at one indent`() {
    check(
      """
      policyTypes:
      - Ingress
      ingress:
      - from:
      podSelector:
      matchLabels:
          tier: database   (app: orders)
      ports:
      - protocol: TCP
          port: 5432
      """,
      [
        Expected(
          summary: "1:1 missing-field kind",
          words: [
            "apiVersion, kind and metadata are missing", "the spec of a NetworkPolicy",
            "under `spec:`",
          ]),
        Expected(
          summary: "4:3 suspicious ingress[0].from",
          words: ["stands for every source", "indent the peers under it"]),
        Expected(summary: "5:1 null-selector podSelector", words: ["selects every pod"]),
        Expected(
          summary: "6:1 unknown-field matchLabels",
          words: ["indent `matchLabels` so that it belongs to `podSelector`"]),
        Expected(summary: "7:26 syntax -", words: ["a second `: ` in one value"]),
        Expected(
          summary: "8:1 unknown-field ports",
          words: ["outside the list item", "the item of `ingress` above"]),
        Expected(summary: "10:5 syntax -", words: ["indent this line less"]),
      ])
  }

  @Test func `the labels of a pod alone, with the label beside them`() {
    check(
      "labels:\ntier: database\n",
      [
        Expected(
          summary: "1:1 missing-field kind",
          words: ["apiVersion, kind and metadata are missing", "put it under `metadata:`"]),
        Expected(
          summary: "2:1 unknown-field tier",
          words: ["indent `tier` so that it belongs to `labels`"]),
      ])
  }

  static let head =
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a, namespace: b}\nspec:\n"

  static let single: [(name: String, text: String, expected: Expected)] = [
    (
      "from as a mapping", "  ingress:\n  - from:\n      podSelector: {}\n",
      Expected(
        summary: "6:5 wrong-type spec.ingress[0].from",
        words: ["write `- ` before `podSelector`", "matches nothing"])
    ),
    (
      "ingress as a mapping", "  ingress:\n    from: []\n",
      Expected(summary: "5:3 wrong-type spec.ingress", words: ["write `- ` before `from`"])
    ),
    (
      "a port outside its list item", "  ingress:\n  - ports:\n    - protocol: TCP\n    port: 80\n",
      Expected(summary: "8:5 unknown-field spec.ingress[0].port", words: ["outside the list item"])
    ),
    (
      "the cidr beside ipBlock",
      "  ingress:\n  - from:\n    - podSelector: {}\n      ipBlock:\n      cidr: 10.0.0.0/8\n",
      Expected(
        summary: "9:7 unknown-field spec.ingress[0].from[0].cidr",
        words: ["indent `cidr` so that it belongs to `ipBlock`"])
    ),
    (
      "a namespace in the spec", "  namespace: b\n",
      Expected(summary: "5:3 unknown-field spec.namespace", words: ["belongs under `metadata:`"])
    ),
    (
      "a selector in a wrong case", "  podselector: {}\n",
      Expected(
        summary: "5:3 unknown-field spec.podselector", words: ["did you mean `podSelector`?"])
    ),
    (
      "from in an egress rule", "  egress:\n  - from:\n    - podSelector: {}\n",
      Expected(summary: "6:5 unknown-field spec.egress[0].from", words: ["an egress rule has `to`"])
    ),
    (
      "labels without matchLabels", "  podSelector:\n    app: web\n",
      Expected(
        summary: "6:5 unknown-field spec.podSelector.app",
        words: ["labels stand under `matchLabels:`"])
    ),
    (
      "a numeric label", "  podSelector: {matchLabels: {version: 2}}\n",
      Expected(
        summary: "5:31 wrong-type spec.podSelector.matchLabels.version",
        words: ["write \"2\" in quotes", "selects NO pod"])
    ),
    (
      "a label that YAML 1.1 takes for a boolean", "  podSelector: {matchLabels: {canary: yes}}\n",
      Expected(
        summary: "5:31 ambiguous-scalar spec.podSelector.matchLabels.canary",
        words: ["write \"yes\" in quotes"])
    ),
    (
      "ports in the wrong order", "  ingress:\n  - ports:\n    - port: 443\n      endPort: 80\n",
      Expected(
        summary: "8:7 out-of-range spec.ingress[0].ports[0].endPort",
        words: ["endPort 80 is below port 443; swap them"])
    ),
    (
      "a netmask", "  ingress:\n  - from:\n    - ipBlock: {cidr: 10.0.0.0/255.0.0.0}\n",
      Expected(
        summary: "7:17 bad-cidr spec.ingress[0].from[0].ipBlock.cidr", words: ["write `10.0.0.0/8`"]
      )
    ),
    (
      "a port in quotes", "  ingress:\n  - ports:\n    - port: \"80\"\n",
      Expected(
        summary: "7:7 bad-name spec.ingress[0].ports[0].port", words: ["leave the quotes away"])
    ),
    (
      "a protocol in lower case", "  ingress:\n  - ports:\n    - protocol: udp\n",
      Expected(
        summary: "7:7 unsupported-value spec.ingress[0].ports[0].protocol", words: ["write `UDP`"])
    ),
    (
      "ICMP", "  ingress:\n  - ports:\n    - protocol: ICMP\n",
      Expected(
        summary: "7:7 unsupported-value spec.ingress[0].ports[0].protocol",
        words: ["only a rule without ports allows it"])
    ),
    (
      "a key twice", "  ingress: []\n  podSelector: {}\n  ingress:\n  - {}\n",
      Expected(summary: "7:3 duplicate-key spec.ingress", words: ["stands twice"])
    ),
    (
      "a misspelt direction", "  policyTypes: [Egres]\n",
      Expected(
        summary: "5:17 unsupported-value spec.policyTypes[0]", words: ["did you mean `Egress`?"])
    ),
    (
      "an operator in lower case",
      "  podSelector: {matchExpressions: [{key: a, operator: notin, values: [b]}]}\n",
      Expected(
        summary: "5:45 unsupported-value spec.podSelector.matchExpressions[0].operator",
        words: ["did you mean `NotIn`?"])
    ),
    (
      "a colon that is missing", "  podSelector\n    matchLabels: {a: b}\n",
      Expected(summary: "6:16 syntax -", words: ["no colon after `podSelector`"])
    ),
    (
      "a tab", "  podSelector:\n\t  matchLabels: {a: b}\n",
      Expected(summary: "6:1 tab -", words: ["YAML allows spaces only"])
    ),
    (
      "a quote that is not closed", "  podSelector: {matchLabels: {a: \"b}}\n",
      Expected(summary: "5:34 syntax -", words: ["never closed"])
    ),
    (
      "a template", "  podSelector: {{ .Values.selector }}\n",
      Expected(summary: "5:16 syntax -", words: ["a template, not YAML"])
    ),
  ]

  @Test(arguments: single) func `single mistakes in a policy`(
    name: String, text: String, expected: Expected
  ) {
    check(Self.head + text, [expected])
  }

  @Test func `messages read as help with place and kind`() {
    let finding = load(Self.head + "  ingress:\n  - ports:\n    - port: 443\n      endPort: 80\n")
      .findings[0]
    #expect(
      finding.description
        == "test.yaml:8:7: error: endPort 80 is below port 443; swap them [out-of-range]")
    #expect(finding.consequence == "the port matches nothing")
    #expect(finding.ruleIDs == ["N33"])
    #expect(finding.object == "NetworkPolicy b/a")
  }

  @Test func `control characters of a manifest do not reach the terminal`() {
    let finding = load(Self.head + "  \"\\e[31m\\u202e\": 1\n").findings[0]
    #expect(
      finding.description.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202e })
    #expect(finding.description.contains("\\u{1b}[31m\\u{202e}"))
    #expect(finding.field == "spec[\"\\u{1b}[31m\\u{202e}\"]")
  }
}
