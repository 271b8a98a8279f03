import ClusterModel
import Foundation
import NetworkTypes

/// One line of `expect.tsv`.
public struct ConformanceExpectation: Sendable, CustomStringConvertible {
  /// The line as it is written.
  public let line: String
  public let source: String
  public let destination: String
  public let ipProtocol: IPProtocol
  public let port: UInt16
  /// `nil`: whatever the ends have.
  public let family: AddressFamily?
  public let isAllowed: Bool
  /// `nil` where the source of the case does not state this side.
  public let egressIsAllowed: Bool?
  public let ingressIsAllowed: Bool?

  public var description: String { line }

  static func table(in file: URL) throws -> [ConformanceExpectation] {
    let lines = try String(contentsOf: file, encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: true)
    let header = "source\tdestination\tprotocol\tport\tfamily\tverdict\tegress\tingress"
    guard lines.first.map(String.init) == header else {
      throw ConformanceError("\(file.path): not the header that the format asks for")
    }
    return try lines.dropFirst().map { line in
      guard let expectation = ConformanceExpectation(line: String(line)) else {
        throw ConformanceError("\(file.path): cannot read \(line)")
      }
      return expectation
    }
  }

  private init?(line: String) {
    let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
    guard fields.count == 8, let ipProtocol = IPProtocol(name: fields[2]),
      let port = fields[3] == "-" ? 0 : UInt16(fields[3]),
      let isAllowed = Self.verdicts[String(fields[5])],
      let egress = Self.sideVerdicts[String(fields[6])],
      let ingress = Self.sideVerdicts[String(fields[7])],
      let family = Self.families[String(fields[4])]
    else { return nil }
    self.line = line
    self.source = String(fields[0])
    self.destination = String(fields[1])
    self.ipProtocol = ipProtocol
    self.port = port
    self.family = family
    self.isAllowed = isAllowed
    self.egressIsAllowed = egress
    self.ingressIsAllowed = ingress
  }

  private static let verdicts = ["allow": true, "deny": false]
  private static let sideVerdicts: [String: Bool?] = [
    "allow": true, "deny": false, "-": Bool?.none,
  ]
  private static let families: [String: AddressFamily?] = [
    "4": .ipv4, "6": .ipv6, "-": AddressFamily?.none,
  ]

  /// Whether a decision is what the line says.
  public func isMet(by decision: ConnectionDecision) -> Bool {
    decision.isAllowed == isAllowed
      && (egressIsAllowed.map { $0 == decision.egress.isAllowed } ?? true)
      && (ingressIsAllowed.map { $0 == decision.ingress.isAllowed } ?? true)
  }
}
