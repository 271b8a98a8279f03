import ClusterModel
import NetworkTypes

/// What has been read so far, over all inputs of one loader.
struct Records {
  /// Findings that are kept; more are counted only, so that no input makes them grow without end.
  static let maximumFindingCount = 10_000

  var namespaces: [Namespace] = []
  var nodes: [Node] = []
  var pods: [Pod] = []
  var services: [Service] = []
  var endpointSlices: [EndpointSlice] = []
  /// Made from Endpoints objects; of use only where a Service has no EndpointSlice.
  var endpoints: [EndpointSlice] = []
  var networkPolicies: [NetworkPolicy] = []
  var clusterPolicies: [ClusterPolicy] = []

  var findings: [Finding] = []
  var suppressedFindingCount = 0
  var suppressedErrorCount = 0
  /// `apiVersion/kind` to the number of objects that were passed over.
  var ignoredKinds: [String: Int] = [:]

  var interner = Interner()
  var labelSets = LabelSets()
  var nameProblems = NameProblems()
  var containerPorts: [[Pod.ContainerPort]: [Pod.ContainerPort]] = [:]
  var addressLists: [[IPAddress]: [IPAddress]] = [:]

  var objects: [ObjectKey: KnownObject] = [:]
  /// The first pod that owns each address, as an index of ``pods``.
  var addressOwners: [IPAddress: Int] = [:]
  /// The first policy of each tier and priority.
  var priorities: [TierPriority: String] = [:]
  /// The number of the input being read.
  var fileIndex = 0

  /// Hands everything over and is empty afterwards, so that nothing is copied on the way.
  mutating func take() -> Records {
    var taken = Records()
    swap(&taken, &self)
    return taken
  }

  mutating func add(_ finding: Finding) {
    if findings.count < Self.maximumFindingCount {
      findings.append(finding)
    } else {
      suppress(finding.severity)
    }
  }

  mutating func suppress(_ severity: Finding.Severity) {
    suppressedFindingCount += 1
    if severity == .error { suppressedErrorCount += 1 }
  }

  /// Orders the findings of one input, which begin at `first`, by place; those about no place come last.
  mutating func sortFindings(from first: Int) {
    guard first < findings.count else { return }
    // What holds another comes before it: of two findings at one place, the one with the shorter path.
    findings[first...].sort { left, right in
      guard let leftPlace = left.location else { return false }
      guard let rightPlace = right.location else { return true }
      return (leftPlace.line, leftPlace.column, left.field.utf8.count)
        < (rightPlace.line, rightPlace.column, right.field.utf8.count)
    }
  }

  /// What can only be said once all inputs have been read.
  mutating func finish() {
    let sliced = Set(
      endpointSlices.map { ServiceKey(namespace: $0.namespace, name: $0.serviceName) })
    endpointSlices += endpoints.filter {
      !sliced.contains(ServiceKey(namespace: $0.namespace, name: $0.serviceName))
    }
    endpoints = []
    reportMixedVersions()
    if suppressedFindingCount > 0 {
      findings.append(
        Finding(
          kind: .suppressed, severity: suppressedErrorCount > 0 ? .error : .note,
          message:
            "\(suppressedFindingCount) more findings are not shown, \(suppressedErrorCount) of them errors"
        ))
    }
  }

  private struct ServiceKey: Hashable {
    var namespace: String
    var name: String
  }

  /// A real cluster serves one version of the cluster policies.
  private mutating func reportMixedVersions() {
    guard clusterPolicies.contains(where: { $0.kind == .clusterNetworkPolicy }),
      let old = clusterPolicies.first(where: { $0.kind != .clusterNetworkPolicy })
    else { return }
    insert(
      Finding(
        kind: .suspicious, object: "\(old.kind.rawValue) \(old.name)",
        message:
          "policies of both v1alpha1 and v1alpha2 of policy.networking.k8s.io are given; a cluster serves one "
          + "version only",
        consequence: "both are evaluated in the same tiers", location: old.location,
        ruleIDs: ["D4"]))
  }

  /// Adds a finding where it belongs among those of its file.
  private mutating func insert(_ finding: Finding) {
    guard let place = finding.location else { return add(finding) }
    let index = findings.lastIndex { other in
      other.location.map {
        $0.file == place.file && ($0.line, $0.column) <= (place.line, place.column)
      } ?? false
    }
    let first = findings.firstIndex { $0.location?.file == place.file }
    findings.insert(finding, at: index.map { $0 + 1 } ?? first ?? findings.count)
  }

  /// The one array that holds these ports.
  mutating func shared(_ ports: [Pod.ContainerPort]) -> [Pod.ContainerPort] {
    if ports.isEmpty { return [] }
    if let known = containerPorts[ports] { return known }
    containerPorts[ports] = ports
    return ports
  }

  /// The one array that holds these addresses; for lists that many pods share, such as those of a node.
  mutating func shared(_ addresses: [IPAddress]) -> [IPAddress] {
    if addresses.isEmpty { return [] }
    if let known = addressLists[addresses] { return known }
    addressLists[addresses] = addresses
    return addresses
  }

  struct ObjectKey: Hashable {
    var type: ObjectType
    var namespace: String
    var name: String
  }

  /// An object that was read: which input it came from, and its index among the records of its type.
  struct KnownObject {
    var fileIndex: Int
    var index: Int
  }

  struct TierPriority: Hashable {
    var tier: Tier
    var priority: Int
  }
}

/// Label sets that were read, so that equal ones share their storage.
struct LabelSets {
  private var sets: [[Int]: Labels] = [:]

  /// The labels of `pairs`, numbers of the interner: key, value, key, value, ...
  mutating func labels(_ pairs: [Int], _ interner: Interner) -> Labels {
    if pairs.isEmpty { return .empty }
    if let known = sets[pairs] { return known }
    var dictionary: [String: String] = [:]
    for index in stride(from: 0, to: pairs.count, by: 2) {
      dictionary[interner[pairs[index]]] = interner[pairs[index + 1]]
    }
    let labels = Labels(dictionary)
    sets[pairs] = labels
    return labels
  }
}
