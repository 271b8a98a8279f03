import ClusterModel
import Testing

@testable import Manifests

@Suite struct CombiningTests {
  static func policy(_ name: String, namespace: String = "shop", selector: String = "{}") -> String
  {
    """
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: \(name), namespace: \(namespace)}
    spec: {podSelector: \(selector)}

    """
  }

  static let cluster = """
    apiVersion: v1
    kind: Namespace
    metadata: {name: shop}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: a, namespace: shop}

    """

  @Test func `policies given apart replace those of the cluster, and their findings`() {
    let cluster = load(
      Self.cluster + Self.policy("own") + Self.policy("broken", selector: "[]"),
      name: "cluster.yaml")
    let policies = load(
      Self.policy("given", namespace: "bank") + "---\n"
        + Self.cluster.replacing("name: a", with: "name: b"),
      name: "policies.yaml")
    #expect(cluster.hasErrors)
    let combined = cluster.replacingPolicies(with: policies)
    #expect(!combined.hasErrors)
    #expect(combined.policies.networkPolicies.map(\.name) == ["given"])
    #expect(combined.snapshot.pods.map(\.name) == ["a"])
    #expect(combined.snapshot.namespaces.map(\.name) == ["shop", "bank"])
    #expect(combined.findings.map(\.kind) == [.replaced, .replaced, .assumedNamespace])
    #expect(combined.findings[0].message.hasPrefix("2 policies"))
    #expect(combined.findings[1].message.hasPrefix("2 objects"))
    #expect(combined.files.map(\.path) == ["cluster.yaml", "policies.yaml"])
  }

  @Test func `policies that are added take the place of those with their names`() {
    let cluster = load(Self.cluster + Self.policy("a") + Self.policy("b"))
    let added = load(
      Self.policy("b", selector: "{matchLabels: {x: y}}") + Self.policy("c", selector: "[]"))
    let combined = cluster.addingPolicies(of: added)
    #expect(combined.policies.networkPolicies.map(\.name) == ["a", "b", "c"])
    #expect(combined.policies.networkPolicies[1].podSelector != .everything)
    #expect(combined.hasErrors)
  }

  @Test func `policies alone need no namespaces yet`() {
    let loaded = load(Self.policy("a"))
    #expect(loaded.findings == [])
    #expect(loaded.snapshot.namespaces.map(\.name) == ["shop"])
  }

  @Test func `an object twice in one file is an error, and the first counts`() {
    let loaded = load(Self.policy("a") + Self.policy("a"))
    #expect(loaded.problems == ["9:12 duplicate-object metadata.name"])
    #expect(loaded.hasErrors)
    #expect(loaded.policies.networkPolicies.count == 1)
  }

  @Test func `an object repeated in another file is a note, a differing policy an error`() {
    let same = load(files: [("a", Self.policy("p")), ("b", Self.policy("p"))])
    #expect(same.findings.map(\.severity) == [.note])
    let differing = load(
      files: [("a", Self.policy("p")), ("b", Self.policy("p", selector: "{matchLabels: {a: b}}"))])
    #expect(differing.findings.map(\.severity) == [.error])
    #expect(differing.policies.networkPolicies.map(\.podSelector) == [.everything])
    let pod = "\napiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: shop, labels: {a: b}}\n"
    let dumps = load(files: [("a", Self.cluster), ("b", pod)])
    #expect(dumps.findings.map(\.severity) == [.warning])
    #expect(dumps.snapshot.pods[0].labels.isEmpty)
  }

  static let kinds: [(kind: String, text: String)] = [
    ("Namespace", "apiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: {a: b}}"),
    (
      "Node",
      "apiVersion: v1\nkind: Node\nmetadata: {name: a}\nstatus: {addresses: [{type: InternalIP, address: 10.0.0.1}]}"
    ),
    (
      "Pod",
      "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: b}\nstatus: {podIP: 10.0.0.1}"
    ),
    (
      "Service",
      "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: b}\nspec: {ports: [{port: 1}]}"
    ),
    ("Endpoints", ClusterObjectsTests.endpoints),
    ("EndpointSlice", ClusterObjectsTests.slice),
    (
      "AdminNetworkPolicy",
      ClusterPolicyTests.admin
        + "spec: {priority: 1, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}]}]}"
    ),
    (
      "ClusterNetworkPolicy",
      ClusterPolicyTests.cluster + "spec: {tier: Admin, priority: 1, subject: {namespaces: {}}}"
    ),
  ]

  @Test(arguments: kinds) func `every kind is recognised when it is repeated word for word`(
    kind: String, text: String
  ) {
    let loaded = load(files: [("a", text), ("b", text)])
    let duplicates = loaded.findings.filter { $0.kind == .duplicateObject }
    #expect(duplicates.map(\.severity) == [.note], "\(loaded.findings)")
  }
}
