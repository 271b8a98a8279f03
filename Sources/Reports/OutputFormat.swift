/// The forms that a report can have. Raw values are those of the command line.
public enum OutputFormat: String, Sendable, Hashable, CaseIterable {
  /// For people: a summary, what needs attention, and a table.
  case text
  /// Like ``text``, with more columns.
  case wide
  /// One JSON document.
  case json
  /// One JSON document a line.
  case ndjson
  /// A header line and one line a record (RFC 4180, lines end in a line feed).
  case csv

  /// Whether people read it, with colours and widths of a terminal.
  public var isForPeople: Bool { self == .text || self == .wide }
}
