import ClusterModel
import NetworkTypes

/// Reads the lines of a ``ConnectionTable`` one after the other: the header, then rows.
struct ConnectionTableReader {
  typealias Column = ConnectionTable.Column
  typealias Problem = ConnectionTable.Problem

  static let headerAdvice =
    "the first line names the columns, separated by tabs: source destination protocol port,"
    + " and optionally family verdict egress ingress"

  let file: String
  /// The columns as the header names them; empty before the header.
  private(set) var order: [Column] = []
  /// Ends repeat from line to line, so each text is read once.
  private var references: [String: EndpointReference] = [:]

  init(file: String) { self.file = file }

  /// The row in `line`; `nil` for the header.
  mutating func read(
    _ line: Substring.UTF8View, number: Int
  ) throws(Problem) -> ConnectionTable.Row? {
    let fields = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
      .map { String(Substring($0)) }
    let places = FieldPlaces(fields, file: file, line: number)
    if order.isEmpty {
      order = try header(fields, places)
      return nil
    }
    guard fields.count == order.count else {
      throw Problem(
        places[min(fields.count, order.count)],
        "\(fields.count) columns, but the header names \(order.count); columns are separated"
          + " by single tabs")
    }
    return try row(fields, places)
  }

  /// Where each field of a line starts, and where the line ends.
  private struct FieldPlaces {
    private var start: SourceLocation
    private var columns: [Int] = []
    private var end = 1

    init(_ fields: [String], file: String, line: Int) {
      start = SourceLocation(file: file, line: line, column: 1)
      for field in fields {
        columns.append(end)
        end += field.count + 1
      }
    }

    subscript(index: Int) -> SourceLocation {
      var place = start
      place.column = index < columns.count ? columns[index] : end - 1
      return place
    }
  }

  private func header(
    _ fields: [String], _ places: FieldPlaces
  ) throws(Problem) -> [Column] {
    var order: [Column] = []
    for (index, field) in fields.enumerated() {
      guard let column = Column(rawValue: field) else {
        throw Problem(places[index], "unknown column '\(field)'; \(Self.headerAdvice)")
      }
      guard !order.contains(column) else {
        throw Problem(places[index], "column '\(field)' is named twice")
      }
      order.append(column)
    }
    for column in Column.required where !order.contains(column) {
      throw Problem(
        places[0], "no column '\(column.rawValue)'; \(Self.headerAdvice)")
    }
    return order
  }

  private mutating func row(
    _ fields: [String], _ places: FieldPlaces
  ) throws(Problem) -> ConnectionTable.Row {
    var source: EndpointReference?
    var destination: EndpointReference?
    var ipProtocol: IPProtocol?
    var port: UInt16 = 0
    var hasPort = false
    var portIndex = 0
    var family: AddressFamily?
    var expected = ConnectionTable.Expectation()
    var columns: [Column: Int] = [:]
    for (index, column) in order.enumerated() {
      let field = fields[index]
      let place = places[index]
      columns[column] = place.column
      switch column {
      case .source: source = try reference(field, place)
      case .destination: destination = try reference(field, place)
      case .protocol:
        ipProtocol = IPProtocol(name: field)
        if ipProtocol == nil {
          throw Problem(
            place, "'\(field)' is no protocol; TCP, UDP, SCTP, ICMP, ICMPv6 or a number 0 to 255")
        }
      case .port:
        portIndex = index
        if field == "-" { continue }
        guard let number = UInt16(field), number > 0 else {
          throw Problem(
            place, "'\(field)' is no port; a number 1 to 65535, or - where the protocol has none")
        }
        port = number
        hasPort = true
      case .family:
        switch field {
        case "4": family = .ipv4
        case "6": family = .ipv6
        case "-": break
        default: throw Problem(place, "'\(field)' is no address family; 4, 6 or -")
        }
      case .verdict: expected.verdict = try verdict(field, place)
      case .egress: expected.egress = try verdict(field, place)
      case .ingress: expected.ingress = try verdict(field, place)
      }
    }
    guard let source, let destination, let ipProtocol else {
      throw Problem(places[0], Self.headerAdvice)
    }
    if ipProtocol.hasPorts != hasPort {
      throw Problem(
        places[portIndex],
        hasPort ? "\(ipProtocol) has no ports; write -" : "\(ipProtocol) needs a port")
    }
    var start = places[0]
    start.column = 1
    return ConnectionTable.Row(
      location: start,
      request: ConnectionRequest(
        source: source, destination: destination, ipProtocol: ipProtocol, port: port,
        family: family), expected: expected, columns: columns)
  }

  private mutating func reference(
    _ field: String, _ place: SourceLocation
  ) throws(Problem) -> EndpointReference {
    if let known = references[field] { return known }
    guard let reference = EndpointReference(field) else {
      throw Problem(place, "'\(field)' names no end; \(EndpointReference.forms)")
    }
    references[field] = reference
    return reference
  }

  private func verdict(_ field: String, _ place: SourceLocation) throws(Problem) -> Bool? {
    switch field {
    case "allow": true
    case "deny": false
    case "-": nil
    default: throw Problem(place, "'\(field)' is no verdict; allow, deny or -")
    }
  }
}
