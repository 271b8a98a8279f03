import NetworkTypes
import PacketCapture
import PacketDecode

/// One capture of a run: its reader, the packets read ahead, and the views it gives.
@safe
final class CaptureSource {
  let path: String
  let number: UInt16
  let reader: any CaptureReader
  private let views: ViewTable
  private let joinsViews: Bool
  private let batch: UnsafeMutableBufferPointer<PacketRecord>
  private var position = 0
  private var end = 0
  private(set) var hasStarted = false
  /// Whether a later capture has taken over this one's views.
  private(set) var isContinued = false
  /// The capture under whose number this one's views are.
  private var viewCapture: UInt16
  private(set) var mayCountRepeatedly = false
  private var undecodedLinkTypes: [LinkType: UInt64] = [:]

  /// What is looked up for every packet of an interface.
  private struct Interface {
    var linkType: LinkType
    /// The view of packets outside of tunnels; cooked captures have several.
    var view: UInt16
    var isCooked: Bool
  }

  private var interfaces: [Interface] = []
  /// The interface of the last packet, and its number; none before the first.
  private var current = Interface(linkType: .ethernet, view: 0, isCooked: false)
  private var currentNumber = UInt32.max
  private var lastView: (ViewTable.View, UInt16)?

  init(
    path: String, number: UInt16, reader: any CaptureReader, views: ViewTable, joinsViews: Bool,
    batchSize: Int
  ) {
    self.joinsViews = joinsViews
    self.path = path
    self.number = number
    self.reader = reader
    self.views = views
    viewCapture = number
    unsafe batch = .allocate(capacity: batchSize)
  }

  deinit {
    unsafe batch.deallocate()
  }

  var hasPackets: Bool { position < end }

  /// Time of the next packet. Call only while there is one.
  var nextTime: Int64 { unsafe batch[position].timestampNanoseconds }

  /// Reads the next packets; all earlier ones must be decoded.
  func refill() -> Bool {
    position = 0
    end = unsafe reader.read(into: batch)
    return end > 0
  }

  /// Begins with the first packet; a capture that ended before it is continued: both see the same place.
  func start(continuing predecessor: CaptureSource?) {
    hasStarted = true
    guard let predecessor else { return }
    viewCapture = predecessor.viewCapture
    predecessor.isContinued = true
  }

  /// Decodes the packets that are read ahead and come before `limit`, at least one.
  ///
  /// - Parameter output: room for ``PacketDecoder/maximumEntryCount`` entries for each of `maximum` packets.
  func decode(
    before limit: Int64, atMost maximum: Int, _ decoder: PacketDecoder,
    into output: UnsafeMutablePointer<DecodedPacket>
  ) -> (packets: Int, entries: Int) {
    var count = 0
    var earliest = Int64.max
    var latest = Int64.min
    var position = position
    let start = position
    let end = min(end, position + maximum)
    let number = number
    let batch = unsafe batch
    while position < end {
      // Safe: `position < end`, which is inside the batch.
      let record = unsafe batch.baseAddress.unsafelyUnwrapped[position]
      let time = unsafe record.timestampNanoseconds
      if time >= limit, count > 0 { break }
      position &+= 1
      earliest = min(earliest, time)
      latest = max(latest, time)
      if unsafe record.interface != currentNumber { unsafe switchInterface(to: record.interface) }
      // Safe: the record's bytes are valid until the reader's next call; there is room for two entries.
      let entry = unsafe output + count
      unsafe entry.pointee.timestampNanoseconds = time
      unsafe entry.pointee.originalLength = record.originalLength
      unsafe entry.pointee.capture = number
      unsafe entry.pointee.view = current.view
      let isPlain =
        unsafe current.linkType == .ethernet
        && decoder.decodePlainEthernet(
          record.bytes, capturedLength: Int(record.capturedLength), into: entry)
      count &+= isPlain ? 1 : unsafe decodeOther(record, decoder, into: entry)
    }
    self.position = position
    noteWindow(earliest, latest)
    return (position - start, count)
  }

  /// Decodes a packet that is not a plain Ethernet frame.
  ///
  /// - Returns: how many entries were written.
  @inline(never)
  private func decodeOther(
    _ record: PacketRecord, _ decoder: PacketDecoder,
    into entry: UnsafeMutablePointer<DecodedPacket>
  ) -> Int {
    let count = unsafe decoder.decode(
      record.bytes, capturedLength: Int(record.capturedLength), linkType: current.linkType,
      into: entry)
    if unsafe entry.pointee.kind == .unknownLinkType {
      undecodedLinkTypes[current.linkType, default: 0] += 1
    }
    if unsafe joinsViews && (current.isCooked || entry.pointee.tunnelDepth > 0) {
      unsafe entry.pointee.view = view(of: record, current, depth: entry.pointee.tunnelDepth)
    }
    return count
  }

  /// Makes another interface the current one.
  @inline(never)
  private func switchInterface(to number: UInt32) {
    if Int(number) >= interfaces.count { addInterfaces() }
    current = interfaces[Int(number)]
    currentNumber = number
  }

  private func noteWindow(_ earliest: Int64, _ latest: Int64) {
    guard earliest <= latest else { return }
    let window = views.windows[Int(number)]
    views.windows[Int(number)] =
      min(window?.lowerBound ?? earliest, earliest)...max(window?.upperBound ?? latest, latest)
  }

  private func addInterfaces() {
    for index in interfaces.count..<reader.interfaces.count {
      let interface = reader.interfaces[index]
      let isCooked =
        interface.linkType == .linuxCooked || interface.linkType == .linuxCooked2
      if interface.linkType == .linuxCooked { mayCountRepeatedly = true }
      let view =
        isCooked || !joinsViews
        ? 0 : views.number(of: .init(capture: viewCapture, interface: UInt32(index)))
      interfaces.append(Interface(linkType: interface.linkType, view: view, isCooked: isCooked))
    }
  }

  /// The view of a packet of a cooked capture or inside a tunnel.
  private func view(of record: PacketRecord, _ interface: Interface, depth: UInt8) -> UInt16 {
    var view = unsafe ViewTable.View(
      capture: viewCapture, interface: record.interface, tunnelDepth: depth)
    if interface.isCooked {
      // Safe: the record's bytes are valid until the reader's next call.
      let place = unsafe CookedPlace(
        record.bytes, count: Int(record.capturedLength), linkType: interface.linkType)
      view.cookedInterface = place.interface
      // Where the interface is known, only sent and received differ: the loopback interface shows both of each packet.
      view.packetType = place.interface == 0 || place.packetType == 4 ? place.packetType : 0
    }
    if let lastView, lastView.0 == view { return lastView.1 }
    let number = views.number(of: view)
    lastView = (view, number)
    return number
  }

  var summary: CaptureSummary {
    let window = views.windows[Int(number)]
    return CaptureSummary(
      path: path, format: reader.format, packetCount: reader.packetCount,
      filteredPacketCount: reader.filteredPacketCount,
      interfaces: reader.interfaces,
      window: window.map {
        Timestamp(nanoseconds: $0.lowerBound)...Timestamp(nanoseconds: $0.upperBound)
      }, anomalies: reader.anomalies, anomalyCount: reader.anomalyCount,
      undecodedLinkTypes: undecodedLinkTypes)
  }
}
