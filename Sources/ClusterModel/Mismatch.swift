import NetworkTypes

/// Why a peer of a rule does not match the other end of a connection.
public enum PeerMismatch: Hashable, Sendable {
  /// Selector peers match pods only, and this end is none (N13, A11).
  case notAPod(AddressOwner)
  /// `podSelector` alone picks pods of the policy's own namespace (N10).
  case otherNamespace(expected: String, actual: String)
  /// A requirement of the namespace selector fails; `actual` is the label's value there, `nil` where it is absent.
  case namespaceLabel(namespace: String, LabelSelector.Requirement, actual: String?)
  /// A requirement of the pod selector fails.
  case podLabel(LabelSelector.Requirement, actual: String?)
  /// `sameLabels`, `notSameLabels` (A15): this key is absent from the namespace.
  case missingNamespaceLabel(namespace: String, key: String)
  /// `sameLabels` (A15): the values of this key differ.
  case differentNamespaceLabel(key: String)
  /// `notSameLabels` (A15): no listed key differs.
  case equalNamespaceLabels
  /// The address is in none of the blocks.
  case outside([IPPrefix])
  /// The address is in the block, and in this `except` (N17).
  case excepted(IPPrefix)
  /// The profile says that an ipBlock matches no pods (N21).
  case blockMatchesNoPods
  /// The profile says that an ipBlock matches no nodes.
  case blockMatchesNoNodes
  /// `nodes` peers match node addresses only (A12).
  case notANode(AddressOwner)
  /// A requirement of the node selector fails.
  case nodeLabel(node: String, LabelSelector.Requirement, actual: String?)
  /// The names resolve, to other addresses (A14), or cannot stand for a pod.
  case notAnAddressOf([String])
  /// The API server would reject this peer: it matches nothing (N15, D1).
  case invalid
}

extension PeerMismatch: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notAPod(let owner): "matches pods only, not \(owner)"
    case .otherNamespace(let expected, let actual):
      "matches pods of namespace \(expected), not of \(actual)"
    case .namespaceLabel(let namespace, let requirement, let actual):
      "namespace \(namespace) has \(Self.label(requirement.key, actual)), not \(Self.text(requirement))"
    case .podLabel(let requirement, let actual):
      "the pod has \(Self.label(requirement.key, actual)), not \(Self.text(requirement))"
    case .missingNamespaceLabel(let namespace, let key):
      "namespace \(namespace) has no label \(key)"
    case .differentNamespaceLabel(let key): "the namespaces differ in label \(key)"
    case .equalNamespaceLabels: "the namespaces do not differ"
    case .outside(let prefixes):
      "the address is not in \(prefixes.map(\.description).joined(separator: ", "))"
    case .excepted(let prefix): "the address is in except \(prefix)"
    case .blockMatchesNoPods: "an ipBlock matches no pods in this profile"
    case .blockMatchesNoNodes: "an ipBlock matches no nodes in this profile"
    case .notANode(let owner): "matches nodes only, not \(owner)"
    case .nodeLabel(let node, let requirement, let actual):
      "node \(node) has \(Self.label(requirement.key, actual)), not \(Self.text(requirement))"
    case .notAnAddressOf(let names): "not an address of \(names.joined(separator: ", "))"
    case .invalid: "invalid, matches nothing"
    }
  }

  private static func label(_ key: String, _ value: String?) -> String {
    value.map { "label \(key)=\($0)" } ?? "no label \(key)"
  }

  private static func text(_ requirement: LabelSelector.Requirement) -> String {
    LabelSelector([requirement]).description
  }
}

/// Why an item of a rule's ports does not match a connection.
public enum PortMismatch: Hashable, Sendable {
  /// The item is of another protocol (N29, N31).
  case otherProtocol(IPProtocol)
  /// The destination port is not in the range (N33).
  case outside(PortRange)
  /// A name stands for a container port, and the destination is no pod (N36).
  case nameOfNoPod(String)
  /// The destination pod has no port of this name and protocol (N35, N36).
  case noSuchName(String)
  /// The name stands for these numbers on the destination pod (N35, N37).
  case nameIsOtherPort(String, [UInt16])
  /// The API server would reject this item: it matches nothing (D1).
  case invalid
}

extension PortMismatch: CustomStringConvertible {
  public var description: String {
    switch self {
    case .otherProtocol(let ipProtocol): "is for \(ipProtocol)"
    case .outside(let range): "is for port \(range)"
    case .nameOfNoPod(let name): "the destination is no pod, so port name \(name) means nothing"
    case .noSuchName(let name):
      "the destination pod has no port named \(name) of this protocol"
    case .nameIsOtherPort(let name, let numbers):
      "\(name) is port \(numbers.map(\.description).joined(separator: ", ")) of the destination pod"
    case .invalid: "invalid, matches nothing"
    }
  }
}
