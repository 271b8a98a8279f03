import ClusterModel
import NetworkTypes

/// One side of a connection whose end is a pod: all that a rule is matched against.
struct Side {
  let direction: Direction
  let connection: Connection
  /// The pod whose policies are asked: the source for egress, the destination for ingress.
  let subject: Pod
  let subjectNamespaceLabels: Labels
  /// The end that peers are matched against.
  let otherAddress: IPAddress
  let otherOwner: AddressBook.Owner
  /// The end that ports belong to, in both directions (N34).
  let destination: AddressBook.Owner

  /// Whether one pod is both ends.
  var isSelf: Bool {
    guard case .pod(let other) = otherOwner else { return false }
    return other.namespace == subject.namespace && other.name == subject.name
  }

  /// A22, D3: a pod reaches itself through a Service.
  var isHairpin: Bool { isSelf && connection.isThroughService }

  /// N40: neither TCP, UDP nor SCTP.
  var isOtherProtocol: Bool { !connection.ipProtocol.hasPorts }

  var otherIsNode: Bool {
    guard case .node = otherOwner else { return false }
    return true
  }
}
