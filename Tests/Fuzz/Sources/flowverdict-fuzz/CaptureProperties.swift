import PacketCapture

/// What must hold of every capture, whatever its bytes.
struct CaptureProperties {
  let input: [UInt8]

  /// Reads the capture in several ways and compares.
  ///
  /// - Returns: whether it could be opened.
  func check() -> Bool {
    let peer = read(.init(backend: .libpcap), batchSize: 4)
    guard let reading = read(.init(), batchSize: 32) else {
      require(peer == nil, "libpcap opens a capture that is refused")
      return false
    }
    require(read(.init(), batchSize: 1) == reading, "the packets depend on the size of batches")
    checkPlaces(reading)
    checkResynchronisation(reading)
    checkCutCapture(reading)
    checkFilter(reading)
    if let peer { LibpcapComparison(input: input, own: reading, peer: peer).check() }
    return true
  }

  private func read(
    _ options: CaptureReadingOptions, batchSize: Int, of bytes: [UInt8]? = nil
  ) -> CaptureReading? {
    do throws(CaptureError) {
      let reader = try openCapture(bytes: bytes ?? input, options: options)
      return CaptureReading(reader, batchSize: batchSize)
    } catch {
      require(!error.message.isEmpty, "a refusal without words")
      return nil
    }
  }

  private var isCompressed: Bool {
    input.starts(with: [0x1f, 0x8b]) || input.starts(with: [0x28, 0xb5, 0x2f, 0xfd])
  }

  private func checkPlaces(_ reading: CaptureReading) {
    guard !isCompressed else { return }
    for anomaly in reading.anomalies {
      require(
        anomaly.byteOffset <= UInt64(input.count),
        "\(anomaly) in a capture of \(input.count) bytes")
    }
    let byteCount = reading.packets.reduce(0) { $0 + $1.bytes.count }
    require(byteCount <= input.count, "\(byteCount) bytes of packets in \(input.count) bytes")
  }

  /// Going on behind damage loses nothing that is read without.
  private func checkResynchronisation(_ reading: CaptureReading) {
    guard let other = read(.init(resynchronises: true), batchSize: 32) else {
      return require(false, "refused only where reading goes on behind damage")
    }
    if reading.anomalyCount == 0 {
      require(other == reading, "reading goes on behind damage that is none")
    } else {
      require(reading.isStart(of: other), "packets are lost where reading goes on behind damage")
    }
  }

  /// A capture that was cut has the packets of the whole one up to the cut.
  private func checkCutCapture(_ reading: CaptureReading) {
    let count = 1 + Int(input.last ?? 0) % 64
    guard !isCompressed, input.count > count,
      let cut = read(.init(), batchSize: 32, of: Array(input.dropLast(count)))
    else { return }
    require(cut.isStart(of: reading), "a capture that was cut has other packets")
  }

  /// A filter only leaves out.
  private func checkFilter(_ reading: CaptureReading) {
    guard reading.packetCount < 200 else { return }
    let reader: any CaptureReader
    do throws(CaptureError) {
      reader = try openCapture(bytes: input, options: .init(filter: "tcp or vlan"))
    } catch {
      // Link types that the filter cannot look into.
      return require(!error.message.isEmpty, "a refusal without words")
    }
    let batch = UnsafeMutableBufferPointer<PacketRecord>.allocate(capacity: 3)
    defer { unsafe batch.deallocate() }
    var count: UInt64 = 0
    var last: UInt64 = 0
    while true {
      let handedOut = unsafe reader.read(into: batch)
      if handedOut == 0 { break }
      count += UInt64(handedOut)
      for number in reader.filteredPacketNumbers {
        require(number > last && number <= reader.packetCount, "packet \(number) after \(last)")
        last = number
      }
    }
    require(
      reader.packetCount == reading.packetCount
        && count + reader.filteredPacketCount == reader.packetCount,
      "\(count) packets pass the filter, \(reader.filteredPacketCount) do not, of \(reading.packetCount)"
    )
  }
}
