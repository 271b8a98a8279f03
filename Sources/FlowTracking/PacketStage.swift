import NetworkTypes
import PacketCapture
import PacketDecode

/// What decoding packets brings to light besides entries.
struct StageFindings: Sendable {
  /// Times of the earliest and the latest packet; empty before the first.
  var earliest = Int64.max
  var latest = Int64.min
  /// What most packets do not bring.
  var rare: RareFindings?

  /// Takes up the time of a packet, if it has one.
  @inline(__always)
  mutating func note(_ time: Int64) {
    if time == PacketStage.unknownTime { return }
    earliest = min(earliest, time)
    latest = max(latest, time)
  }
}

/// What only few packets bring to light.
final class RareFindings: @unchecked Sendable {
  // Not shared: handed from the thread that makes it to the one that uses it.

  /// Packets of each link type that is not decoded.
  var undecodedLinkTypes: [LinkType: UInt64] = [:]
  /// Number of the first packet of each kind without a flow, from 1.
  var firstPacketNumbers: [PacketKind: UInt64] = [:]
  /// Whether packets were seen of which the capture does not say where.
  var mayCountRepeatedly = false
  /// DNS answers in the order of the packets.
  var answers: [DNSAnswer] = []
  var pods = PodObservations()

  init() {}
}

/// Packets of one capture to entries for the tracker.
///
/// Looks up interfaces and views, and looks into DNS answers and pcapng metadata on the way. Not thread-safe.
@safe
final class PacketStage {
  static let unknownTime = unsafe PacketRecord.unknownTime
  private let number: UInt16
  private let decoder: PacketDecoder
  private let options: CaptureRun.Options
  /// Gives a view its number.
  private let numberOfView: (ViewTable.View) -> UInt16
  // Checked for each batch, these accesses cost more than they find: no method that makes one is entered twice.
  @safe @exclusivity(unchecked) private var findings = StageFindings()
  /// Packets of the capture that were decoded before those at hand.
  private var packetCount: UInt64 = 0
  private var seenKinds: Set<PacketKind> = []

  /// What is looked up for every packet of an interface.
  private struct Interface {
    var linkType = LinkType.ethernet
    /// The view of packets outside of tunnels; cooked captures have several.
    var view: UInt16 = 0
    var isCooked = false
    /// The pod whose interface it is, where the capture says so.
    var pod: PodIdentity?
    /// Whether nothing has to be looked up for a plain Ethernet frame.
    var isPlain = false
  }

  private var interfaces: [Interface] = []
  /// The interface of the last packet, and its number; none before the first.
  private var current = Interface()
  private var currentNumber = UInt32.max
  /// The number again, if packets of the interface may be plain: what ``PacketRecord/interfaceAndOptions`` of such a packet
  /// without options is.
  private var plainInterface = UInt64.max
  private var lastView: (ViewTable.View, UInt16)?
  private var lastComment: (text: String, pod: PodIdentity?)?

  /// - Parameters:
  ///   - number: index of the capture.
  ///   - numberOfView: is called for each view when it first occurs, and sometimes again.
  init(
    number: UInt16, options: CaptureRun.Options,
    numberOfView: @escaping (ViewTable.View) -> UInt16
  ) {
    self.number = number
    self.options = options
    self.numberOfView = numberOfView
    var decoding = options.decoding
    if !options.tracking.separatesEchoes { decoding.keepsEchoIdentifiers = false }
    decoder = PacketDecoder(options: decoding)
  }

  /// What was found since the last call.
  func takeFindings() -> StageFindings {
    let taken = findings
    findings = StageFindings()
    return taken
  }

  private var rare: RareFindings {
    if let rare = findings.rare { return rare }
    let rare = RareFindings()
    findings.rare = rare
    return rare
  }

  /// Decodes `count` packets, those before `limit` and at least one.
  ///
  /// - Parameters:
  ///   - source: the reader that handed out the records.
  ///   - offset: records of the reader's last batch before `records`.
  ///   - room: room for ``PacketDecoder/maximumEntryCount`` entries for each packet.
  @inline(__always)
  func decode(
    _ records: UnsafePointer<PacketRecord>, count: Int, before limit: Int64,
    of source: any CaptureReader, offset: Int = 0, into room: some PacketRoom
  ) -> (packets: Int, entries: Int) {
    // Times are nearly always in order: then the first and the last are the earliest and the latest.
    var latest = unsafe records.pointee.timestampNanoseconds
    findings.note(latest)
    // Whatever comes after packets without time is then looked at.
    if latest == Self.unknownTime { latest = .max }
    var position = 0
    var entries = 0
    while true {
      let plain = unsafe takePlain(
        records + position, count: count - position, latest: &latest, before: limit, into: room,
        from: entries)
      position &+= plain
      entries &+= plain
      // Safe: `position < count`.
      guard position < count,
        unsafe position == 0 || records[position].timestampNanoseconds < limit
      else { break }
      let record = unsafe records + position
      let time = unsafe record.pointee.timestampNanoseconds
      latest = time >= latest ? time : noteDisorder(latest, time)
      entries &+= unsafe takeAny(record, position, offset, of: source, into: room, entries)
      position &+= 1
    }
    packetCount &+= UInt64(position)
    if latest < .max { findings.note(latest) }
    return (position, entries)
  }

  /// Decodes packets that are plain frames of the current interface, in order of time and before `limit`, up to the first
  /// that is not.
  ///
  /// Calls nothing, so that everything stays in registers.
  /// - Parameter latest: the time of the packet before, and then of the last one.
  /// - Returns: how many packets were decoded; each is one entry, the first of them in place `start`.
  @inline(__always)
  private func takePlain(
    _ records: UnsafePointer<PacketRecord>, count: Int, latest: inout Int64, before limit: Int64,
    into room: some PacketRoom, from start: Int
  ) -> Int {
    let decoder = decoder
    let number = number
    let plainInterface = plainInterface
    let view = current.view
    var position = 0
    while position < count {
      // Safe: `position < count`.
      let record = unsafe records + position
      let time = unsafe record.pointee.timestampNanoseconds
      guard time >= latest, time < limit,
        unsafe record.pointee.interfaceAndOptions == plainInterface,
        let plain = unsafe decoder.plainPacket(
          record.pointee.bytes, capturedLength: Int(record.pointee.capturedLength)),
        !plain.isFromDNSPort
      else { break }
      latest = time
      unsafe room.put(
        start &+ position, plain, view: view, capture: number, timestampNanoseconds: time,
        originalLength: record.pointee.originalLength)
      position &+= 1
    }
    return position
  }

  /// Decodes a packet, whatever it is.
  ///
  /// - Parameters:
  ///   - position: of the record among those at hand.
  ///   - offset: of these in the last batch of `source`.
  ///   - start: the place of its first entry in `room`.
  /// - Returns: how many entries it came to.
  @inline(never)
  private func takeAny(
    _ record: UnsafePointer<PacketRecord>, _ position: Int, _ offset: Int,
    of source: any CaptureReader, into room: some PacketRoom, _ start: Int
  ) -> Int {
    if unsafe record.pointee.interfaceAndOptions == plainInterface,
      let plain = unsafe decoder.plainPacket(
        record.pointee.bytes, capturedLength: Int(record.pointee.capturedLength))
    {
      unsafe room.put(
        start, plain, view: current.view, capture: number,
        timestampNanoseconds: record.pointee.timestampNanoseconds,
        originalLength: record.pointee.originalLength)
      if plain.isFromDNSPort { unsafe noteAnswer(plain, record) }
      return 1
    }
    if unsafe record.pointee.interface != currentNumber {
      unsafe switchInterface(to: record.pointee.interface, of: source.interfaces)
    }
    let details = unsafe room.details(start)
    let written = unsafe decodeOther(record, into: details)
    if unsafe details.pointee.kind != .flow {
      noteKind(
        unsafe details.pointee.kind, packetCount &+ UInt64(position) &+ 1, of: source,
        place: offset + position)
    }
    for entry in 0..<written { room.prepare(start + entry) }
    return written
  }

  /// Takes note of a packet that is earlier than the one before it, or has no time.
  ///
  /// - Returns: the time of the latest packet with one.
  @inline(never)
  private func noteDisorder(_ previous: Int64, _ time: Int64) -> Int64 {
    if previous < .max { findings.note(previous) }
    if time == Self.unknownTime { return previous }
    findings.note(time)
    return time
  }

  /// Decodes a packet that is not a plain Ethernet frame, or has metadata.
  ///
  /// - Returns: how many entries were written.
  @inline(never)
  private func decodeOther(
    _ record: UnsafePointer<PacketRecord>, into entry: UnsafeMutablePointer<DecodedPacket>
  ) -> Int {
    unsafe entry.pointee.timestampNanoseconds = record.pointee.timestampNanoseconds
    unsafe entry.pointee.originalLength = record.pointee.originalLength
    unsafe entry.pointee.capture = number
    unsafe entry.pointee.view = current.view
    let count = unsafe decoder.decode(
      record.pointee.bytes, capturedLength: Int(record.pointee.capturedLength),
      linkType: current.linkType, into: entry)
    if unsafe options.tracking.joinsViews
      && (current.isCooked || entry.pointee.tunnelDepth > 0)
    {
      unsafe entry.pointee.view = view(of: record, depth: entry.pointee.tunnelDepth)
    }
    let kind = unsafe entry.pointee.kind
    switch kind {
    case .unknownLinkType: rare.undecodedLinkTypes[current.linkType, default: 0] += 1
    case .flow, .firstFragment, .icmpError:
      if let pod = current.pod { rare.pods.insert(pod, unsafe entry.pointee) }
      if unsafe record.pointee.optionByteCount != 0 { unsafe noteComments(entry, record) }
      if unsafe entry.pointee.sourcePort == 53, unsafe entry.pointee.ipProtocol == 17,
        kind == .flow
      {
        unsafe noteAnswer(entry, record)
      }
    default: break
    }
    return count
  }

  /// Takes note of the first packet of a kind that is no ordinary packet of a flow.
  ///
  /// - Parameters:
  ///   - number: the packet's, unless a filter leaves some out.
  ///   - place: its place in the reader's last batch.
  private func noteKind(
    _ kind: PacketKind, _ number: UInt64, of source: any CaptureReader, place: Int
  ) {
    guard seenKinds.insert(kind).inserted else { return }
    let numbers = source.filteredPacketNumbers
    rare.firstPacketNumbers[kind] = numbers.indices.contains(place) ? numbers[place] : number
  }

  private func noteComments(
    _ entry: UnsafePointer<DecodedPacket>, _ record: UnsafePointer<PacketRecord>
  ) {
    for comment in unsafe record.pointee.comments {
      if lastComment?.text != comment {
        lastComment = (comment, PodIdentity(packetComment: comment))
      }
      if let pod = lastComment?.pod { rare.pods.insert(pod, unsafe entry.pointee) }
    }
  }

  /// Reads a plain datagram from port 53.
  @inline(never)
  private func noteAnswer(_ plain: PlainPacket, _ record: UnsafePointer<PacketRecord>) {
    var entry = DecodedPacket()
    unsafe withUnsafeMutablePointer(to: &entry) { entry in
      unsafe plain.write(to: entry)
      unsafe entry.pointee.timestampNanoseconds = record.pointee.timestampNanoseconds
      unsafe noteAnswer(entry, record)
    }
  }

  /// Reads a datagram from port 53.
  private func noteAnswer(
    _ entry: UnsafePointer<DecodedPacket>, _ record: UnsafePointer<PacketRecord>
  ) {
    let start = unsafe Int(entry.pointee.transportOffset) + 8
    let count = unsafe Int(record.pointee.capturedLength) - start
    guard start > 8, count > 0 else { return }
    // Safe: the payload lies inside the captured bytes.
    let message = unsafe DNSMessage(
      UnsafeRawBufferPointer(start: record.pointee.bytes + start, count: count))
    guard let mappings = message?.mappings, !mappings.isEmpty else { return }
    rare.answers.append(
      unsafe DNSAnswer(
        time: Timestamp(nanoseconds: entry.pointee.timestampNanoseconds),
        client: entry.pointee.destination, server: entry.pointee.source, mappings: mappings))
  }

  /// Makes another interface the current one.
  @inline(never)
  private func switchInterface(to number: UInt32, of all: [CaptureInterface]) {
    while interfaces.count <= Int(number), interfaces.count < all.count {
      let index = interfaces.count
      let linkType = all[index].linkType
      var interface = Interface(linkType: linkType)
      interface.isCooked = linkType == .linuxCooked || linkType == .linuxCooked2
      interface.pod = all[index].details.flatMap(PodIdentity.init(interfaceDescription:))
      interface.isPlain = linkType == .ethernet && interface.pod == nil
      if linkType == .linuxCooked { rare.mayCountRepeatedly = true }
      if options.tracking.joinsViews, !interface.isCooked {
        interface.view = numberOfView(.init(capture: self.number, interface: UInt32(index)))
      }
      interfaces.append(interface)
    }
    current = interfaces[Int(number)]
    currentNumber = number
    plainInterface = current.isPlain ? UInt64(number) : .max
  }

  /// The view of a packet of a cooked capture or inside a tunnel.
  private func view(of record: UnsafePointer<PacketRecord>, depth: UInt8) -> UInt16 {
    var view = unsafe ViewTable.View(
      capture: number, interface: record.pointee.interface, tunnelDepth: depth)
    if current.isCooked {
      // Safe: the record's bytes are valid until the reader's next call.
      let place = unsafe CookedPlace(
        record.pointee.bytes, count: Int(record.pointee.capturedLength),
        linkType: current.linkType)
      view.cookedInterface = place.interface
      // Where the interface is known, only sent and received differ: the loopback interface shows both of each packet.
      view.packetType = place.interface == 0 || place.packetType == 4 ? place.packetType : 0
    }
    if let lastView, lastView.0 == view { return lastView.1 }
    let number = numberOfView(view)
    lastView = (view, number)
    return number
  }
}
