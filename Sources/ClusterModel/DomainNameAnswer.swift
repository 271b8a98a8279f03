/// What is known of a pattern of a `domainNames` peer and one address (A14).
public enum DomainNameAnswer: Sendable, Hashable {
  /// A name that the pattern means leads to the address.
  case matches
  /// The address is known to be another name's, or the name is known to lead elsewhere.
  case differs
}

/// A pattern of a `domainNames` peer (A14): a name, or `*.` and the end of names.
public struct DomainNamePattern: Sendable, Hashable {
  /// As policies write it: lower case, without a trailing dot.
  public let text: String

  public init(_ text: String) { self.text = text }

  /// Whether the pattern stands for many names.
  public var isWildcard: Bool { text.hasPrefix("*.") }

  /// Whether `name`, lower case without a trailing dot, is meant. `*.` stands for one or more whole labels, so the name
  /// after it is not meant.
  public func matches(_ name: String) -> Bool {
    isWildcard
      ? name.hasSuffix(text.dropFirst()) && name.utf8.count >= text.utf8.count : name == text
  }
}

extension PolicySet {
  /// Every pattern of `domainNames` peers, each once, in ascending order; empty where no policy uses names.
  public var domainNamePatterns: [DomainNamePattern] {
    var texts: Set<String> = []
    for policy in clusterPolicies {
      for rule in policy.egress {
        for peer in rule.peers {
          if case .domainNames(let names) = peer.match { texts.formUnion(names) }
        }
      }
    }
    return texts.sorted().map(DomainNamePattern.init)
  }
}
