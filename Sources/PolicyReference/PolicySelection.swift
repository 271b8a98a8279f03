import ClusterModel
import Synchronization

/// Which policies select a pod, in the order of evaluation.
final class PolicySelection: Sendable {
  /// Policies that select one pod.
  struct Selected: Sendable {
    /// By name (all are of the pod's namespace).
    var networkPolicies: [NetworkPolicy]
    var admin: [ClusterPolicy]
    var baseline: [ClusterPolicy]

    func clusterPolicies(_ tier: Tier) -> [ClusterPolicy] { tier == .admin ? admin : baseline }
  }

  private struct PodKey: Hashable {
    var namespace: String
    var name: String
  }

  private let networkPoliciesByNamespace: [String: [NetworkPolicy]]
  private let clusterPolicies: [ClusterPolicy]
  private let namespaces: NamespaceLabels
  /// Answers given before: asking again gives the same.
  private let answers = Mutex<[PodKey: Selected]>([:])

  init(_ policySet: PolicySet, namespaces: NamespaceLabels) {
    self.namespaces = namespaces
    networkPoliciesByNamespace = Dictionary(grouping: policySet.networkPolicies, by: \.namespace)
      .mapValues { $0.sorted { $0.name < $1.name } }
    clusterPolicies = policySet.clusterPolicies.sorted(by: Self.isEvaluatedBefore)
  }

  /// A2, D4: by priority, lower first; equal ones by name, then kind.
  private static func isEvaluatedBefore(_ left: ClusterPolicy, _ right: ClusterPolicy) -> Bool {
    (left.priority, left.name, left.kind.rawValue)
      < (right.priority, right.name, right.kind.rawValue)
  }

  func policies(selecting pod: Pod) -> Selected {
    let key = PodKey(namespace: pod.namespace, name: pod.name)
    if let known = answers.withLock({ $0[key] }) { return known }
    let cluster = clusterPolicies.filter { subjectFailure($0, pod) == nil }
    let selected = Selected(
      networkPolicies: networkPolicies(inNamespaceOf: pod).filter {
        podSelectorFailure($0, pod) == nil
      },
      admin: cluster.filter { $0.tier == .admin },
      baseline: cluster.filter { $0.tier == .baseline })
    answers.withLock { $0[key] = selected }
    return selected
  }

  /// N1: a policy is about pods of its own namespace.
  func networkPolicies(inNamespaceOf pod: Pod) -> [NetworkPolicy] {
    networkPoliciesByNamespace[pod.namespace] ?? []
  }

  func clusterPolicies(of tier: Tier) -> [ClusterPolicy] {
    clusterPolicies.filter { $0.tier == tier }
  }

  /// N1: why the podSelector does not select a pod of the namespace; `nil` where it does. An invalid one selects nothing (D1).
  func podSelectorFailure(_ policy: NetworkPolicy, _ pod: Pod) -> PolicyTrace.Selection? {
    guard let selector = policy.podSelector else { return .invalid }
    return selector.firstFailure(pod.labels).map {
      .podLabel($0, actual: pod.labels[$0.key])
    }
  }

  /// A5: why the subject does not select the pod; `nil` where it does. An invalid one selects nothing (D6).
  func subjectFailure(_ policy: ClusterPolicy, _ pod: Pod) -> PolicyTrace.Selection? {
    let labels = namespaces[pod.namespace]
    func namespaceFailure(_ selector: LabelSelector) -> PolicyTrace.Selection? {
      selector.firstFailure(labels).map { .namespaceLabel($0, actual: labels[$0.key]) }
    }
    switch policy.subject {
    case .namespaces(let selector):
      return namespaceFailure(selector)
    case .pods(let namespaceSelector, let podSelector):
      return namespaceFailure(namespaceSelector)
        ?? podSelector.firstFailure(pod.labels).map {
          .podLabel($0, actual: pod.labels[$0.key])
        }
    case .nothing:
      return .invalid
    }
  }
}
