import ClusterModel
import NetworkTypes

/// What a pod's status says beyond the fields of ``Pod``.
struct PodStatusRead {
  var startTime: Timestamp?
  /// Where the pod's address stands.
  var addressMark: Mark?
  var addressField = "podIP"
}

extension ObjectDecoder where Reader: ~Copyable {
  mutating func readPodStatus(
    _ pod: inout Pod, _ read: inout PodStatusRead
  ) throws(SyntaxProblem) {
    guard try enterMapping() == .entered else { return }
    var first: IPAddress?
    var all: [IPAddress] = []
    var host: IPAddress?
    var hosts: [IPAddress] = []
    try readFields(PodStatusField.table) { decoder, field throws(SyntaxProblem) in
      switch field {
      case .phase: try decoder.readPhase(&pod)
      case .podIP:
        read.addressMark = decoder.place
        first = try decoder.readAddress()
      case .podIPs:
        if read.addressMark == nil {
          read.addressMark = decoder.place
          read.addressField = "podIPs"
        }
        try decoder.readAddressItems(&all)
      case .hostIP: host = try decoder.readAddress()
      case .hostIPs: try decoder.readAddressItems(&hosts)
      case .startTime: read.startTime = try decoder.readTimestamp()
      }
    }
    pod.addresses = Self.joined(first, all)
    pod.hostAddresses = Self.joined(host, hosts)
  }

  /// All addresses once each, the single one first.
  private static func joined(_ first: IPAddress?, _ rest: [IPAddress]) -> [IPAddress] {
    guard let first else { return rest }
    if rest.first == first { return rest }
    return [first] + rest.filter { $0 != first }
  }

  private mutating func readPhase(_ pod: inout Pod) throws(SyntaxProblem) {
    guard let text = try readSharedText(), !text.isEmpty else { return }
    if let phase = Pod.Phase(rawValue: text) {
      pod.phase = phase
    } else {
      report(
        .unsupportedValue,
        "`\(text.shortened)` is no phase of a pod; it is Pending, Running, Succeeded, Failed or Unknown",
        consequence: "the phase is taken to be Unknown")
      pod.phase = .unknown
    }
  }

  /// `podIPs` or `hostIPs`: a list of mappings with `ip`.
  private mutating func readAddressItems(
    _ addresses: inout [IPAddress]
  ) throws(SyntaxProblem) {
    guard try enterSequence() == .entered else { return }
    try readItems { decoder, _ throws(SyntaxProblem) in
      guard try decoder.enterMapping() == .entered else { return }
      try decoder.readFields(AddressItemField.table) { decoder, _ throws(SyntaxProblem) in
        if let address = try decoder.readAddress(), !addresses.contains(address) {
          addresses.append(address)
        }
      }
    }
  }
}

private enum PodStatusField: String, FieldName {
  case phase, podIP, podIPs, hostIP, hostIPs, startTime
  static let table = FieldTable<PodStatusField>(
    "the status of a Pod",
    ignored: [
      "observedGeneration", "conditions", "message", "reason", "nominatedNodeName",
      "initContainerStatuses", "containerStatuses", "qosClass", "ephemeralContainerStatuses",
      "resize", "resourceClaimStatuses", "extendedResourceClaimStatus", "allocatedResources",
      "resources",
    ])
}

private enum AddressItemField: String, FieldName {
  case ip
  static let table = FieldTable<AddressItemField>("an address of a Pod")
}
