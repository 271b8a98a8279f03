import NetworkTypes

/// Which records a reader wants to see.
public struct RecordSelection: Sendable {
  /// Records of any of these kinds; empty selects all.
  public var kinds: Set<FindingKind>
  /// Records with an end, or an addressed Service, in any of these namespaces; empty selects all.
  public var namespaces: Set<String>

  public init(kinds: Set<FindingKind> = [], namespaces: Set<String> = []) {
    self.kinds = kinds
    self.namespaces = namespaces
  }

  public func includes(_ record: VerdictRecord) -> Bool {
    if !kinds.isEmpty, !kinds.contains(where: { $0.matches(record) }) { return false }
    if namespaces.isEmpty { return true }
    return record.source.namespaces.contains(where: namespaces.contains)
      || record.destination.namespaces.contains(where: namespaces.contains)
      || record.service.map { namespaces.contains($0.namespace) } ?? false
  }
}
