import ClusterModel
import NetworkTypes

/// Which pods, apps and namespaces there are, and where they are: everything by number.
struct AppLayout: Sendable {
  let shape: ClusterShape
  let appCount: Int
  let namespaceCount: Int
  let nodeCount: Int
  /// Position of each pod in the pod range.
  private let positions: [UInt32]

  static let environments = ["dev", "prod", "stage"]
  static let teamCount = 40

  init(_ shape: ClusterShape, random: inout SeededSequence) {
    self.shape = shape
    appCount = max(1, shape.podCount / shape.podsPerApp)
    namespaceCount = (appCount + shape.appsPerNamespace - 1) / shape.appsPerNamespace
    nodeCount = (shape.podCount + shape.podsPerNode - 1) / shape.podsPerNode
    var positions = Array(0..<UInt32(shape.podCount))
    if shape.spreadsApps { positions.shuffle(using: &random) }
    self.positions = positions
  }

  // MARK: - Who is where

  /// Pods of an app, by number. The last app takes what division leaves.
  func pods(ofApp app: Int) -> Range<Int> {
    app * shape.podsPerApp..<(app == appCount - 1 ? shape.podCount : (app + 1) * shape.podsPerApp)
  }

  func app(ofPod pod: Int) -> Int { min(pod / shape.podsPerApp, appCount - 1) }

  func namespace(ofApp app: Int) -> Int { app / shape.appsPerNamespace }

  func apps(ofNamespace namespace: Int) -> Range<Int> {
    let first = namespace * shape.appsPerNamespace
    return first..<min(first + shape.appsPerNamespace, appCount)
  }

  func pods(ofNamespace namespace: Int) -> Range<Int> {
    let apps = apps(ofNamespace: namespace)
    return pods(ofApp: apps.lowerBound).lowerBound..<pods(ofApp: apps.upperBound - 1).upperBound
  }

  func node(ofPod pod: Int) -> Int { Int(positions[pod]) / shape.podsPerNode }

  func ipv4(ofPod pod: Int) -> IPAddress {
    let host = Int(positions[pod]) % shape.podsPerNode + 2
    return IPAddress(ipv4: 10 << 24 + UInt32(node(ofPod: pod)) << 8 + UInt32(host))
  }

  func ipv6(ofPod pod: Int) -> IPAddress {
    let host = Int(positions[pod]) % shape.podsPerNode + 2
    return IPAddress(
      ipv6High: 0xfd00_0010_0000_0000 + UInt64(node(ofPod: pod)), low: UInt64(host))
  }

  // MARK: - Names

  func namespaceName(_ namespace: Int) -> String { "team-\(namespace)" }

  /// The value of the label `app`; unique in its namespace, as in life.
  func appName(_ app: Int) -> String { "service-\(app % shape.appsPerNamespace)" }

  /// The number of the container port with this name; apps differ.
  func port(named name: String, ofApp app: Int) -> UInt16 {
    switch name {
    case "http": [8080, 80, 3000, 8000][app % 4]
    case "metrics": [9090, 9102][app % 2]
    default: 50051
    }
  }

  static let portNames = ["http", "metrics", "grpc"]

  // MARK: - The model

  func makeSnapshot() -> ClusterSnapshot {
    let namespaces = (0..<namespaceCount).map { namespace in
      Namespace(
        name: namespaceName(namespace),
        labels: [
          "team": "\(namespace % Self.teamCount)",
          "env": Self.environments[namespace % Self.environments.count],
        ])
    }
    let nodes = (0..<nodeCount).map { node in
      Node(
        name: "node-\(node)", labels: ["zone": "zone-\(node % 3)"],
        addresses: [IPAddress(ipv4: 172 << 24 + 16 << 16 + UInt32(node) + 1)]
          + (shape.isDualStack
            ? [IPAddress(ipv6High: 0xfd00_0011_0000_0000, low: UInt64(node) + 1)] : []))
    }
    var pods: [Pod] = []
    pods.reserveCapacity(shape.podCount)
    for app in 0..<appCount { appendPods(ofApp: app, to: &pods, namespaces, nodes) }
    return ClusterSnapshot(namespaces: namespaces, nodes: nodes, pods: pods)
  }

  private func appendPods(
    ofApp app: Int, to pods: inout [Pod], _ namespaces: [Namespace], _ nodes: [Node]
  ) {
    let namespace = namespaces[namespace(ofApp: app)].name
    let name = appName(app)
    let templateHash = String((UInt64(app) &* 0x9e37_79b9_7f4a_7c15) >> 28, radix: 36)
    let labels: Labels = [
      "app": name, "app.kubernetes.io/part-of": namespace, "pod-template-hash": templateHash,
      "tier": ["frontend", "backend", "database"][app % 3],
    ]
    let ports = Self.portNames.map {
      Pod.ContainerPort(name: $0, number: port(named: $0, ofApp: app))
    }
    let owner = Pod.Owner(kind: "ReplicaSet", name: "\(name)-\(templateHash)")
    for pod in self.pods(ofApp: app) {
      let node = nodes[node(ofPod: pod)]
      pods.append(
        Pod(
          namespace: namespace, name: "\(name)-\(templateHash)-\(pod)", labels: labels,
          nodeName: node.name,
          addresses: shape.isDualStack ? [ipv4(ofPod: pod), ipv6(ofPod: pod)] : [ipv4(ofPod: pod)],
          hostAddresses: node.addresses, ports: ports, owner: owner))
    }
  }
}
