import ClusterModel
import NetworkTypes

/// What domain names stand for (A14).
struct DomainNames: Sendable {
  /// Addresses of each resolved name, lower case, without a trailing dot.
  let addresses: [String: [IPAddress]]
  /// What is known of patterns and the destination of the one connection that is judged; goes before ``addresses``.
  var answers: [DomainNamePattern: DomainNameAnswer] = [:]

  /// Whether a pattern of a `domainNames` peer matches the other end.
  func outcome(_ pattern: String, _ side: Side) -> PeerOutcome {
    switch answers[DomainNamePattern(pattern)] {
    case .matches: return .matches
    case .differs: return .fails(.notAnAddressOf([pattern]))
    case nil: break
    }
    let resolved = addresses.filter { Self.matches(name: $0.key, pattern: pattern) }
    if resolved.contains(where: { $0.value.contains(side.otherAddress) }) { return .matches }
    if resolved.isEmpty, Self.mayStandFor(side.otherOwner, pattern: pattern) {
      return .unresolved(pattern)
    }
    return .fails(.notAnAddressOf([pattern]))
  }

  /// A14: `*.` stands for one or more whole labels, so the name after it is not meant.
  static func matches(name: String, pattern: String) -> Bool {
    pattern.hasPrefix("*.") ? name.hasSuffix(pattern.dropFirst()) : name == pattern
  }

  /// Whether a name that nothing resolves might have the address of this owner: pods have names in the cluster's own
  /// DNS only (generated records of pods and headless Services).
  private static func mayStandFor(_ owner: AddressBook.Owner, pattern: String) -> Bool {
    guard case .pod = owner else { return true }
    let labels = pattern.split(separator: ".")
    return labels.contains("svc") || labels.contains("pod")
      || labels.suffix(2) == ["cluster", "local"]
  }
}
