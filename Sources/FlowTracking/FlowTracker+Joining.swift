import NetworkTypes
import PacketDecode

/// One flow from the records of one connection.
///
/// What counts: in each direction, the packets and bytes of the view that saw most packets; all other views saw copies of
/// them. Views of captures that follow each other in time (files of a rotation) add up. First and last times and flags are
/// those of all views together. So a connection through a Service that a bridge shows with the Service's address and again
/// with the endpoint's is counted once, also where one direction is only visible on one side of the translation.
extension FlowTracker {
  /// Divides a group's records into connections.
  ///
  /// Two records are of one connection if their ends are the same, or the same but for a Service address in place of one of
  /// its endpoints; their views differ; their SYNs, where both were seen, have the same sequence number; else, if they
  /// overlap in time.
  func connections(of members: [Int]) -> [[Int]] {
    if members.count == 1 { return [members] }
    let sorted = members.sorted {
      (records[$0].startTime, $0) < (records[$1].startTime, $1)
    }
    var connections: [[Int]] = []
    for number in sorted {
      let place = connections.lastIndex { connection in
        connection.allSatisfy { isSameConnection($0, number) }
      }
      if let place {
        connections[place].append(number)
      } else {
        connections.append([number])
      }
    }
    return connections
  }

  /// Whether two records, the first of which starts first, are of one connection.
  private func isSameConnection(_ first: Int, _ second: Int) -> Bool {
    let left = records[first]
    let right = records[second]
    guard let isFlipped = orientation(of: right, to: left) else { return false }
    if left.view == right.view, left.ends == right.ends { return false }
    var hasEqualStart = false
    for direction in 0...1 {
      let other = isFlipped ? 1 - direction : direction
      guard left.hasStart(direction), right.hasStart(other) else { continue }
      if left.synSequence(direction) != right.synSequence(other) { return false }
      hasEqualStart = true
    }
    if hasEqualStart { return true }
    // A second for clocks that differ; where the captures follow each other, until the connection is closed.
    let isOverlapping = right.startTime &- left.endTime <= 1_000_000_000
    let isClosed = (left.flags.0 | left.flags.1) & (TCPFlags.fin | TCPFlags.rst) != 0
    return isOverlapping || !isClosed && views.isSequential(left.capture, before: right.capture)
  }

  /// Whether the low side of `record` is the high side of `reference`; `nil` if their ends do not belong together.
  private func orientation(of record: FlowRecord, to reference: FlowRecord) -> Bool? {
    if record.ends == reference.ends { return false }
    guard let side = clientSide(record), let referenceSide = clientSide(reference),
      record.end(side) == reference.end(referenceSide)
    else { return nil }
    let server = record.place(1 - side)
    let referenceServer = reference.place(1 - referenceSide)
    let entry = services.entry(ofFrontend: server)
    let referenceEntry = services.entry(ofFrontend: referenceServer)
    let isSameService =
      switch (entry, referenceEntry) {
      case (let entry?, let referenceEntry?): entry == referenceEntry
      case (let entry?, nil): services.isBackend(referenceServer, of: entry)
      case (nil, let referenceEntry?): services.isBackend(server, of: referenceEntry)
      case (nil, nil): false
      }
    return isSameService ? side != referenceSide : nil
  }

  /// The flow of a connection's records, which are in the order of their first packets.
  func flow(joining members: [Int]) -> Flow {
    let reference = records[members[0]]
    var joined = JoinedRecords(reference)
    var chains: [JoinedRecords.Chain] = []
    for number in members {
      let record = records[number]
      let isFlipped = orientation(of: record, to: reference) ?? false
      joined.add(record, isFlipped: isFlipped)
      let part = JoinedRecords.Chain(
        record, isFlipped: isFlipped, rank: views.rank(record.view))
      let continued = chains.firstIndex {
        views.isSequential($0.lastCapture, before: record.capture) && $0.rank == part.rank
      }
      if let continued {
        chains[continued].append(part)
      } else {
        chains.append(part)
      }
    }
    var counters: InlineArray<2, Flow.Counters> = [Flow.Counters(), Flow.Counters()]
    for direction in 0...1 {
      let seen = chains.filter { $0.packets[direction] > 0 }
      guard
        let best = seen.min(by: {
          ($0.rank, $1.packets[direction], $1.bytes[direction])
            < ($1.rank, $0.packets[direction], $0.bytes[direction])
        })
      else { continue }
      counters[direction] = joined.counters(
        direction, packets: best.packets[direction], bytes: best.bytes[direction])
      counts.duplicatePackets +=
        seen.reduce(0) { $0 + $1.packets[direction] } - best.packets[direction]
    }
    let use = serviceUse(members, reference)
    return flow(
      reference, joined, counters, ends: use?.ends ?? reference.ends, service: use?.service,
      serverSide: use?.serverSide)
  }

  /// The flow of a connection that has one record.
  func flow(of number: Int) -> Flow {
    if !services.isEmpty { return flow(joining: [number]) }
    let record = records[number]
    var joined = JoinedRecords(record)
    joined.add(record, isFlipped: false)
    let counters: InlineArray<2, Flow.Counters> = [
      joined.counters(0, packets: record.packetCount(0), bytes: record.bytes.0),
      joined.counters(1, packets: record.packetCount(1), bytes: record.bytes.1),
    ]
    return flow(record, joined, counters, ends: record.ends, service: nil, serverSide: nil)
  }

  private func flow(
    _ reference: FlowRecord, _ joined: JoinedRecords, _ counters: InlineArray<2, Flow.Counters>,
    ends: FiveTuple, service: Flow.ServiceUse?, serverSide: Int?
  ) -> Flow {
    let (initiator, evidence) = initiator(joined, ends, serverSide: serverSide)
    var ends = ends
    if !ends.ipProtocol.hasPorts {
      // The identifiers of echoes have told the flows apart, and are no ports.
      ends.sourcePort = 0
      ends.destinationPort = 0
    }
    return Flow(
      tuple: initiator == 0 ? ends : ends.reversed, initiator: evidence,
      isFirstSenderInitiator: initiator == reference.startDirection,
      forward: counters[initiator], reverse: counters[1 - initiator],
      outcome: joined.outcome(initiator: initiator), service: service,
      captureIndex: Int(reference.capture))
  }

  /// A Service that one of the records addresses, on which side it is, and the ends behind the translation as far as they
  /// were seen.
  private func serviceUse(
    _ members: [Int], _ reference: FlowRecord
  ) -> (service: Flow.ServiceUse, serverSide: Int, ends: FiveTuple)? {
    if services.isEmpty { return nil }
    var service: Flow.ServiceUse?
    var serverSide = 0
    for number in members {
      let record = records[number]
      guard let side = clientSide(record) else { continue }
      let server = record.place(1 - side)
      guard let entry = services.entry(ofFrontend: server) else { continue }
      service = Flow.ServiceUse(
        entry: entry, address: server.address, port: server.port, isTranslationSeen: false)
      let isFlipped = orientation(of: record, to: reference) ?? false
      serverSide = isFlipped ? side : 1 - side
      break
    }
    guard var service else { return nil }
    var ends = reference.ends
    for number in members {
      let record = records[number]
      let isFlipped = orientation(of: record, to: reference) ?? false
      let backend = record.place(isFlipped ? 1 - serverSide : serverSide)
      guard services.entry(ofFrontend: backend) == nil,
        services.isBackend(backend, of: service.entry)
      else { continue }
      service.isTranslationSeen = true
      if serverSide == 0 {
        ends.source = backend.address
        ends.sourcePort = backend.port
      } else {
        ends.destination = backend.address
        ends.destinationPort = backend.port
      }
    }
    return (service, serverSide, ends)
  }

  /// The direction in which the initiator sends, and how that is known.
  private func initiator(
    _ joined: JoinedRecords, _ ends: FiveTuple, serverSide: Int?
  ) -> (direction: Int, evidence: Flow.InitiatorEvidence) {
    let evidence: Flow.InitiatorEvidence =
      ends.ipProtocol == .tcp || ends.ipProtocol == .sctp ? .syn : .inferred
    switch (joined.hasSyn[0], joined.hasSyn[1]) {
    case (true, false): return (0, evidence)
    case (false, true): return (1, evidence)
    case (true, true): return (joined.startDirection, evidence)
    case (false, false): break
    }
    switch (joined.hasSynAck[0], joined.hasSynAck[1]) {
    case (true, false): return (1, evidence)
    case (false, true): return (0, evidence)
    default: break
    }
    if let serverSide { return (1 - serverSide, .inferred) }
    let source = serverCertainty(ends.source, ends.ipProtocol, ends.sourcePort)
    let destination = serverCertainty(ends.destination, ends.ipProtocol, ends.destinationPort)
    if source != destination { return (source > destination ? 1 : 0, .inferred) }
    return (joined.startDirection, .inferred)
  }

  /// How sure it is that a server listens at a place: known servers, Service addresses and their endpoints.
  private func serverCertainty(
    _ address: IPAddress, _ ipProtocol: IPProtocol, _ port: UInt16
  ) -> Int {
    if !services.isEmpty {
      let place = ServiceTranslation.Frontend(address: address, ipProtocol: ipProtocol, port: port)
      if services.entry(ofFrontend: place) != nil || services.isBackend(place) { return 2 }
    }
    return knownServers.certainty(address, ipProtocol, port)
  }
}

extension FlowRecord {
  func hasStart(_ direction: Int) -> Bool {
    (ipProtocol == 6 || ipProtocol == 132)
      && (state.contains(.syn(direction)) || state.contains(.synAck(direction)))
  }

  func synSequence(_ direction: Int) -> UInt32 { direction == 0 ? synSequence.0 : synSequence.1 }
}
