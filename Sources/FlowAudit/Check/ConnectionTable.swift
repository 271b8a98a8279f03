import ClusterModel
import NetworkTypes

/// A table of connections with the verdicts that someone expects: tab-separated columns under a header line.
///
/// Columns in any order: `source`, `destination`, `protocol` and `port` are required; `family`, `verdict`, `egress` and
/// `ingress` may be absent. Empty lines and lines that start with `#` are skipped.
public struct ConnectionTable: Sendable {
  /// One line of the table.
  public struct Row: Sendable {
    /// Where the line starts.
    public var location: SourceLocation
    public var request: ConnectionRequest
    /// What each column of verdicts states; `nil` is not compared.
    public var expected: Expectation
    /// Column of the line where each field starts, in characters from 1.
    var columns: [Column: Int]

    /// The place of the field that `part` of the request came from.
    public func location(of part: ConnectionRequestError.Part) -> SourceLocation {
      let column: Column =
        switch part {
        case .source: .source
        case .destination: .destination
        case .port: .port
        case .family: .family
        }
      var location = location
      location.column = columns[column] ?? 1
      return location
    }
  }

  /// The verdicts of the whole connection and of its sides alone: `true` for allow.
  public struct Expectation: Sendable, Hashable {
    public var verdict: Bool?
    public var egress: Bool?
    public var ingress: Bool?

    public init(verdict: Bool? = nil, egress: Bool? = nil, ingress: Bool? = nil) {
      self.verdict = verdict
      self.egress = egress
      self.ingress = ingress
    }
  }

  /// A line that cannot be read.
  public struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
    public var location: SourceLocation
    public var message: String

    public init(_ location: SourceLocation, _ message: String) {
      self.location = location
      self.message = message
    }

    /// `t.tsv:3:9: 'TPC' is no protocol; ...`
    public var description: String { "\(location): \(message)" }
  }

  public enum Column: String, Sendable, CaseIterable {
    case source
    case destination
    case `protocol`
    case port
    case family
    case verdict
    case egress
    case ingress

    static let required: [Column] = [.source, .destination, .protocol, .port]
  }

  public private(set) var rows: [Row] = []
  public private(set) var problems: [Problem] = []

  /// Reads the table in `text`; `file` is for messages.
  /// - Complexity: O(n) in the length of the text.
  public init(_ text: String, file: String) {
    var reader = ConnectionTableReader(file: file)
    var number = 0
    for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      var line = line
      if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
      guard let first = line.first, first != UInt8(ascii: "#") else { continue }
      do throws(Problem) {
        if let row = try reader.read(line, number: number) { rows.append(row) }
      } catch {
        problems.append(error)
        if reader.order.isEmpty { return }
      }
    }
    if reader.order.isEmpty {
      problems.append(
        Problem(
          SourceLocation(file: file, line: 1, column: 1),
          "no header line; \(ConnectionTableReader.headerAdvice)"))
    }
  }
}
