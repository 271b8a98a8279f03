import PacketCapture

/// All that a reader hands out of a capture.
struct CaptureReading: Equatable {
  /// A packet, copied.
  struct Packet: Equatable {
    var bytes: [UInt8]
    var timestampNanoseconds: Int64
    var originalLength: UInt32
    var interface: UInt32
    var comments: [String]
  }

  /// Packets that are kept; those after them are hashed.
  static let keptPacketCount = 500

  var packets: [Packet] = []
  var packetCount: UInt64 = 0
  /// Of every packet's bytes and fields, in order.
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  var interfaces: [CaptureInterface] = []
  var anomalies: [CaptureAnomaly] = []
  var anomalyCount: UInt64 = 0
  var metadata: [String] = []

  /// Reads to the end, `batchSize` packets at a time.
  init(_ reader: any CaptureReader, batchSize: Int) {
    let batch = UnsafeMutableBufferPointer<PacketRecord>.allocate(capacity: batchSize)
    defer { unsafe batch.deallocate() }
    while true {
      let count = unsafe reader.read(into: batch)
      require(count >= 0 && count <= batchSize, "\(count) packets in a batch of \(batchSize)")
      if count == 0 { break }
      for index in 0..<count { unsafe add(batch[index], interfaceCount: reader.interfaces.count) }
    }
    require(
      packetCount == reader.packetCount,
      "\(packetCount) packets handed out, \(reader.packetCount) counted")
    // The end stays the end.
    require(unsafe reader.read(into: batch) == 0, "packets behind the end")
    interfaces = reader.interfaces
    anomalies = reader.anomalies
    anomalyCount = reader.anomalyCount
    metadata = reader.metadata.comments + reader.metadata.names.map { "\($0)" }.sorted()
    checkAnomalies()
  }

  private mutating func add(_ record: PacketRecord, interfaceCount: Int) {
    packetCount += 1
    // Safe: the record's bytes are valid until the next read.
    let bytes = unsafe UnsafeRawBufferPointer(
      start: record.bytes, count: Int(record.capturedLength))
    for index in bytes.indices { mix(UInt64(unsafe bytes[index])) }
    unsafe mix(UInt64(bitPattern: record.timestampNanoseconds))
    unsafe mix(UInt64(record.originalLength) << 32 | UInt64(record.interface))
    require(unsafe Int(record.interface) < interfaceCount, "a packet of no interface")
    let comments = unsafe record.comments
    for comment in comments { for byte in comment.utf8 { mix(UInt64(byte)) } }
    mix(unsafe record.passage == nil ? 0 : 1)
    guard packets.count < Self.keptPacketCount else { return }
    packets.append(
      unsafe Packet(
        bytes: Array(bytes), timestampNanoseconds: record.timestampNanoseconds,
        originalLength: record.originalLength, interface: record.interface, comments: comments))
  }

  private mutating func mix(_ word: UInt64) { hash = (hash ^ word) &* 0x100_0000_01b3 }

  /// Every anomaly has a place and a reason.
  private func checkAnomalies() {
    require(
      anomalyCount >= UInt64(anomalies.count) && (anomalyCount == 0) == anomalies.isEmpty,
      "\(anomalyCount) anomalies counted, \(anomalies.count) kept")
    for anomaly in anomalies {
      require(
        anomaly.packetNumber >= 1 && anomaly.packetNumber <= packetCount + 1,
        "an anomaly at packet \(anomaly.packetNumber) of \(packetCount): \(anomaly)")
      require(!"\(anomaly)".isEmpty && !"\(anomaly.reason)".isEmpty, "an anomaly without words")
    }
    for (earlier, later) in zip(anomalies, anomalies.dropFirst()) {
      require(
        earlier.byteOffset <= later.byteOffset && earlier.packetNumber <= later.packetNumber,
        "anomalies out of order: \(earlier), \(later)")
      require(earlier.action != .stopped, "an anomaly after the reader stopped: \(later)")
    }
  }

  /// Whether all packets come first in `other`, in the same order.
  func isStart(of other: CaptureReading) -> Bool {
    packetCount <= other.packetCount && other.packets.starts(with: packets)
  }
}
