/// The end of what was written of a report, kept to end the report well where nothing more can be written.
///
/// Reports are written in pieces of whole lines. When one can be written only in part, the file is cut back to the last
/// line that is whole, and far enough for an ending to fit into the room that this frees.
public struct ReportTail: Sendable {
  /// How a report ends early.
  public struct Ending: Sendable, Hashable {
    /// Bytes to drop from the end of what was written.
    public var dropped: Int
    /// What follows instead.
    public var bytes: [UInt8]
  }

  /// More than a piece and an ending.
  private static let byteCount = 1 << 18
  private static let longestFirstLine = 1 << 16
  private var bytes: [UInt8] = []
  private var written = 0
  /// Without its line feed; what there is of it.
  private var firstLine: [UInt8] = []
  private var isFirstLineWhole = false

  public init() {}

  /// Takes up what was written next.
  public mutating func append(_ piece: ArraySlice<UInt8>) {
    if !isFirstLineWhole, firstLine.count < Self.longestFirstLine {
      let rest = piece.prefix { $0 != UInt8(ascii: "\n") }
      firstLine += rest
      isFirstLineWhole = rest.count < piece.count
    }
    written += piece.count
    bytes += piece
    if bytes.count > 2 * Self.byteCount { bytes.removeFirst(bytes.count - Self.byteCount) }
  }

  /// How to end the report; `nil` where no such place is left.
  public func ending(of format: OutputFormat, reason: String) -> Ending? {
    let mark = IncompleteMark(reasons: [reason])
    let ending: [UInt8]
    switch format {
    case .text, .wide: ending = Array("PARTIAL: \(TerminalText.escaped(reason))\n".utf8)
    case .csv:
      guard isFirstLineWhole else { return nil }
      ending = mark.csvLine(columnCount: firstLine.count { $0 == UInt8(ascii: ",") } + 1)
    case .ndjson: ending = mark.jsonLine
    case .json:
      guard isFirstLineWhole, firstLine.last == UInt8(ascii: "[") else { return nil }
      ending = mark.endOfDocument
    }
    // Room for the ending is what is dropped; bytes that were never written may have had none.
    let latest = bytes.count - min(bytes.count, ending.count)
    var end = latest
    while let lineFeed = bytes[..<end].lastIndex(of: UInt8(ascii: "\n")) {
      if format != .json {
        return Ending(dropped: bytes.count - lineFeed - 1, bytes: ending)
      }
      // A record's line is an object; it ends with a comma where another one follows.
      var last = bytes[..<lineFeed].last
      var kept = lineFeed
      if last == UInt8(ascii: ",") {
        kept -= 1
        last = bytes[..<kept].last
      }
      let start = bytes[..<lineFeed].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
      let isFirst = start == nil && bytes.count == written
      if isFirst { return Ending(dropped: bytes.count - lineFeed, bytes: ending) }
      if let start, bytes[start] == UInt8(ascii: "{"), last == UInt8(ascii: "}") {
        return Ending(dropped: bytes.count - kept, bytes: ending)
      }
      end = lineFeed
    }
    return nil
  }
}
