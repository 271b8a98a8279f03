import ClusterModel
import NetworkTypes

/// Pods by namespace and label, to find what a selector selects.
final class PodDirectory {
  private let pods: [Pod]
  /// First IPv4 address of each pod; 0 without.
  let addresses: [UInt32]
  private let namespaces: [Namespace]
  private var podsOfNamespace: [String: [Int]] = [:]
  private var podsOfSelector: [Query: [Int]] = [:]
  private var namespacesOfSelector: [LabelSelector: [String]] = [:]

  private struct Query: Hashable {
    var namespace: String
    var selector: LabelSelector
  }

  init(_ snapshot: ClusterSnapshot) {
    pods = snapshot.pods
    namespaces = snapshot.namespaces
    addresses = snapshot.pods.map { pod in
      pod.isEndpoint ? pod.addresses.lazy.compactMap(\.ipv4Bits).first ?? 0 : 0
    }
    for (index, pod) in snapshot.pods.enumerated() where addresses[index] != 0 {
      podsOfNamespace[pod.namespace, default: []].append(index)
    }
  }

  func pods(in namespace: String, _ selector: LabelSelector) -> [Int] {
    let all = podsOfNamespace[namespace] ?? []
    guard !selector.requirements.isEmpty else { return all }
    let query = Query(namespace: namespace, selector: selector)
    if let known = podsOfSelector[query] { return known }
    let found = all.filter { Self.matches(selector, pods[$0].labels) }
    podsOfSelector[query] = found
    return found
  }

  func namespaces(_ selector: LabelSelector) -> [String] {
    if let known = namespacesOfSelector[selector] { return known }
    let found = namespaces.filter { Self.matches(selector, $0.labels) }.map(\.name)
    namespacesOfSelector[selector] = found
    return found
  }

  private static func matches(_ selector: LabelSelector, _ labels: Labels) -> Bool {
    selector.requirements.allSatisfy { requirement in
      let value = labels[requirement.key]
      return switch requirement.operator {
      case .in: value.map(requirement.values.contains) ?? false
      case .notIn: value.map { !requirement.values.contains($0) } ?? true
      case .exists: value != nil
      case .doesNotExist: value == nil
      }
    }
  }
}
