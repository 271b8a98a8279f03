/// A name of a `domainNames` peer (A14).
struct DomainNamePattern {
  private let pattern: Substring
  private let isWildcard: Bool

  /// - Parameter text: lower case, without a trailing dot, perhaps with a leading `*.`.
  init(_ text: String) {
    isWildcard = text.hasPrefix("*.")
    pattern = isWildcard ? text.dropFirst(2) : text[...]
  }

  /// `*.` stands for one or more whole labels, so the name after it is not meant.
  func matches(_ name: String) -> Bool {
    isWildcard
      ? name.utf8.count > pattern.utf8.count + 1 && name.hasSuffix(pattern)
        && name.dropLast(pattern.count).hasSuffix(".")
      : name == pattern
  }

  /// Whether the name can be one of the cluster's own DNS, which are the only names that pods have.
  var mayNamePod: Bool {
    let labels = pattern.split(separator: ".", omittingEmptySubsequences: false)
    return labels.contains("svc") || labels.contains("pod") || pattern == "cluster.local"
      || pattern.hasSuffix(".cluster.local")
  }
}
