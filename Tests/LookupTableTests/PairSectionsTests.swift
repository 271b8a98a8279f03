import Testing

@testable import LookupTable

/// How pairs are stored where nobody asks for a layout.
@Suite struct PairSectionsTests {
  /// Rows over pods of one family, each with `pairCount` peers that differ from its default.
  private static func builder(
    rows: Int, peers: Int, pairCount: Int
  ) throws -> (PairTableBuilder, categories: [UInt32]) {
    var builder = try PairTableBuilder(rowCount: rows, peerCount: peers)
    for row in 0..<rows {
      builder.setDefault(row: UInt32(row), category: .podIPv4, portSet: 1, list: 1)
      for pair in 0..<pairCount {
        let peer = (row * 7 + pair * (1 + peers / (pairCount + 1))) % peers
        builder.add(
          row: UInt32(row), peer: PeerCategory.podIPv4.column(ofPeer: UInt32(peer)), portSet: 2,
          list: 2)
      }
    }
    return (builder, [UInt32](repeating: PeerCategory.podIPv4.rawValue, count: peers))
  }

  private static func layout(
    rows: Int, peers: Int, pairCount: Int, portSetCount: Int = 3
  ) throws -> PairLayout {
    let (builder, categories) = try builder(rows: rows, peers: peers, pairCount: pairCount)
    return try PairSections(builder, nil, categories, portSetCount: portSetCount).layout
  }

  @Test func `a small matrix is stored as one`() throws {
    #expect(try Self.layout(rows: 50, peers: 60, pairCount: 5) == .dense)
  }

  @Test func `sparse rows lie over each other`() throws {
    #expect(try Self.layout(rows: 2_000, peers: 3_000, pairCount: 8) == .shifted)
  }

  @Test
  func `rows in which most peers differ are a matrix, or hashed where port sets are too many`()
    throws
  {
    #expect(try Self.layout(rows: 300, peers: 400, pairCount: 399) == .dense)
    #expect(
      try Self.layout(rows: 300, peers: 400, pairCount: 399, portSetCount: 70_000) != .dense)
  }

  @Test func `few pairs among very many peers take no more room than hashing does`() throws {
    let (builder, categories) = try Self.builder(rows: 3, peers: 200_000, pairCount: 2)
    let sections = try PairSections(builder, nil, categories, portSetCount: 3)
    #expect(sections.layout == .cuckoo)
    #expect(sections.byteCount < 1_000)
  }

  @Test(arguments: PairLayout.allCases)
  func `every layout has each pair and each default where a lookup looks`(
    layout: PairLayout
  ) throws {
    let (builder, categories) = try Self.builder(rows: 40, peers: 90, pairCount: 6)
    let sections = try PairSections(builder, layout, categories, portSetCount: 3)
    #expect(sections.layout == layout)
    #expect(Set((0..<40).map { sections.row($0) }).count == 40)
    #expect(sections.row(40) == (layout == .shifted ? 0x7fff_ffff : 40))
  }
}
