/// Sizes of a decision table.
public struct TableShape: Sendable, Hashable {
  public var ingressLayout: PairLayout
  public var egressLayout: PairLayout
  /// Distinct sets of policies that apply to an endpoint, row 0 (none, not a pod) included.
  public var ingressRowCount: Int
  public var egressRowCount: Int
  public var ingressPeerCount: Int
  public var egressPeerCount: Int
  public var classCount: Int
  public var portClassCount: Int
  /// Bytes of one port set.
  public var portSetStride: Int
  public var portSetCount: Int
  public var ruleCount: Int
  /// Bytes of the whole table.
  public var byteCount: Int
  /// Byte ranges of all sections.
  var ranges: [Range<Int>]

  /// Bytes of one section.
  public func byteCount(of section: TableSection) -> Int { ranges[section.rawValue].count }

  /// Bytes that decisions and their deciding rules can touch.
  var attributionByteCount: Int {
    TableSection.allCases.filter { $0.rawValue <= TableSection.hitSets.rawValue }
      .reduce(0) { $0 + byteCount(of: $1) }
  }

  /// Bytes that decisions without attribution can touch.
  public var hotByteCount: Int {
    TableSection.allCases.filter(\.isHot).reduce(0) { $0 + byteCount(of: $1) }
  }
}
