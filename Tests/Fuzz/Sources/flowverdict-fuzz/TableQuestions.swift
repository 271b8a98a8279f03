import ClusterModel
import FlowAudit
import FlowTracking
import LookupTable
import NetworkTypes
import PolicyCompilation

/// Everything that commands ask of a table that was read from a file.
struct TableQuestions {
  let compiled: CompiledPolicies
  private let connections: [Connection]

  init(_ compiled: CompiledPolicies) {
    self.compiled = compiled
    var addresses = [
      0x0a00_0001, 0x0a00_0002, 0xc000_0201, 0x0a60_0001, 0xc633_6405, 0xcb00_7107, 0, 0xffff_ffff,
    ].map { IPAddress(ipv4: $0) }
    addresses += [
      (0xfd00_0000_0000_0000, 1), (0x2001_0db8_0000_0000, 1), (0x2001_0db8_0001_0000, 9), (0, 0),
      (.max, .max),
    ].map { IPAddress(ipv6High: $0.0, low: $0.1) }
    addresses += compiled.snapshot.pods.prefix(4).flatMap { $0.addresses.prefix(2) }
    addresses += compiled.snapshot.nodes.prefix(2).flatMap { $0.addresses.prefix(2) }
    let ports: [(IPProtocol, UInt16)] = [
      (.tcp, 3306), (.tcp, 8080), (.tcp, 0), (.udp, 65_535), (.sctp, 1),
      (IPProtocol(rawValue: 1), 0), (IPProtocol(rawValue: 255), 9),
    ]
    var connections: [Connection] = []
    for source in addresses {
      for (number, destination) in addresses.enumerated()
      where source.family == destination.family {
        for (ipProtocol, port) in ports.suffix(number % 2 == 0 ? ports.count : 3) {
          connections.append(
            Connection(
              source: source, destination: destination, ipProtocol: ipProtocol,
              destinationPort: port, isThroughService: number % 3 == 0))
        }
      }
    }
    self.connections = connections
  }

  /// - Complexity: some hundred lookups.
  func ask() {
    for connection in connections {
      _ = compiled.decision(for: connection)
      _ = compiled.isAllowed(connection)
    }
    askTable()
    askNames()
  }

  /// Single lookups and batches answer the same.
  private func askTable() {
    let table = compiled.table
    let keys4 = connections.compactMap { connection -> IPv4FlowKey? in
      guard let source = connection.source.ipv4Bits,
        let destination = connection.destination.ipv4Bits
      else { return nil }
      return IPv4FlowKey(
        source: source, destination: destination, destinationPort: connection.destinationPort,
        ipProtocol: connection.ipProtocol.rawValue)
    }
    let keys6 = connections.filter { $0.source.family == .ipv6 }.map {
      IPv6FlowKey(
        sourceHigh: $0.source.high, sourceLow: $0.source.low, destinationHigh: $0.destination.high,
        destinationLow: $0.destination.low, destinationPort: $0.destinationPort,
        ipProtocol: $0.ipProtocol.rawValue)
    }
    var decisions = [TableDecision](repeating: .init(rawValue: 0), count: keys4.count)
    var target = decisions.mutableSpan
    table.lookUpStaged(keys4.span, into: &target)
    require(decisions == keys4.map { table.lookUp($0) }, "a batch decides otherwise")
    var decisions6 = [TableDecision](repeating: .init(rawValue: 0), count: keys6.count)
    var target6 = decisions6.mutableSpan
    table.lookUpStaged(keys6.span, into: &target6)
    require(decisions6 == keys6.map { table.lookUp($0) }, "a batch decides otherwise")
    for key in keys4 { _ = (table.attribution(key), table.exemption(key)) }
    for key in keys6 { _ = (table.attribution(key), table.exemption(key)) }
    _ = table.podCount
  }

  /// What `audit` makes of the model: directories of names, digests, records.
  private func askNames() {
    _ = InputDigest(compiled.snapshot, compiled.policies)
    let auditor = FlowAuditor(compiled.snapshot) { [compiled] in compiled.decision(for: $0) }
    _ = auditor.notes
    _ = KnownServers(compiled.snapshot, services: auditor.services)
    let time = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
    let counters = Flow.Counters(packets: 1, bytes: 60, firstTime: time, lastTime: time)
    for connection in connections.prefix(200) {
      _ = auditor.record(
        for: Flow(
          tuple: FiveTuple(
            source: connection.source, destination: connection.destination,
            ipProtocol: connection.ipProtocol, sourcePort: 40_000,
            destinationPort: connection.destinationPort), initiator: .syn,
          isFirstSenderInitiator: true, forward: counters, reverse: counters,
          outcome: .established,
          service: connection.isThroughService && !auditor.services.entries.isEmpty
            ? .init(
              entry: 0, address: connection.destination, port: connection.destinationPort,
              isTranslationSeen: false) : nil, captureIndex: 0))
    }
  }
}
