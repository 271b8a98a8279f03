import NetworkTypes

extension PcapngReader {
  /// Why a block is of no use.
  struct BlockProblem: Error {
    var reason: CaptureAnomaly.Reason
  }

  /// Where a packet lies in its block.
  struct PacketPlace {
    var offset: Int
    var timestampNanoseconds: Int64
    /// Whether the time is that of the block; else it is the nearest one that can be told.
    var hasExactTime = true
    var capturedLength: Int
    var originalLength: UInt32
    /// Index in ``interfaces``.
    var interface: Int
    var optionByteCount: Int
  }

  /// Section header: forgets the interfaces of the section before.
  func beginSection(_ block: PcapngBytes) -> CaptureAnomaly.Reason? {
    let major = block.word16(12)
    guard major == 1 else {
      return .unknownSection(
        detail: "pcapng version \(major).\(block.word16(14)) is not known; 1.x can be read")
    }
    state.sectionStart = interfaces.count
    state.sectionNumber += 1
    state.version += 1
    for option in PcapngOptions(block.slice(24, block.count - 28))
    where option.code == 1 && metadata.comments.count < CaptureReaderLimits.comments {
      metadata.comments.append(option.value.text)
    }
    return nil
  }

  /// A block that describes: interface, statistics, names. Others are skipped.
  func takeDescription(_ block: PcapngBytes, type: UInt32) -> CaptureAnomaly.Reason? {
    switch type {
    case BlockType.interface: addInterface(block)
    case BlockType.statistics: addStatistics(block)
    case BlockType.names: addNames(block)
    default: nil
    }
  }

  private func addInterface(_ block: PcapngBytes) -> CaptureAnomaly.Reason? {
    guard block.count >= 20 else { return .blockMalformed(type: BlockType.interface) }
    guard interfaces.count < CaptureReaderLimits.interfaces else {
      return .unknownInterface(index: UInt32(interfaces.count))
    }
    var interface = CaptureInterface(
      linkType: LinkType(fileValue: UInt32(block.word16(8))), snapshotLength: block.word32(12),
      section: state.sectionNumber)
    var resolution: UInt8 = 6
    var offsetSeconds: Int64 = 0
    for option in PcapngOptions(block.slice(16, block.count - 20)) {
      switch option.code {
      case 1: interface.comments.append(option.value.text)
      case 2: interface.name = option.value.text
      case 3: interface.details = option.value.text
      case 9 where option.value.count >= 1: resolution = option.value.byte(0)
      case 14 where option.value.count >= 8:
        offsetSeconds = Int64(bitPattern: option.value.word64(0))
      default: break
      }
    }
    state.interfaces.append(interface)
    state.resolutions.append(TimestampResolution(code: resolution, offsetSeconds: offsetSeconds))
    state.version += 1
    return nil
  }

  private func addStatistics(_ block: PcapngBytes) -> CaptureAnomaly.Reason? {
    guard block.count >= 24 else { return .blockMalformed(type: BlockType.statistics) }
    let index = block.word32(8)
    guard let number = interfaceNumber(index) else { return .unknownInterface(index: index) }
    // `isb_ifdrop` counts at the interface, `isb_osdrop` in the system: neither includes the other.
    var dropped: UInt64?
    for option in PcapngOptions(block.slice(20, block.count - 24))
    where (option.code == 5 || option.code == 7) && option.value.count >= 8 {
      dropped = (dropped ?? 0) &+ option.value.word64(0)
    }
    if let dropped { state.interfaces[number].droppedPacketCount = dropped }
    return nil
  }

  private func addNames(_ block: PcapngBytes) -> CaptureAnomaly.Reason? {
    var offset = 8
    let end = block.count - 4
    while offset + 4 <= end {
      let type = block.word16(offset)
      let length = Int(block.word16(offset + 2))
      if type == 0 { return nil }
      guard offset + 4 + length <= end else { return .blockMalformed(type: BlockType.names) }
      let value = block.slice(offset + 4, length)
      // The address is in network order whatever the section's order.
      let bytes = PcapngBytes.bigEndian(value)
      if type == 1, length > 4 {
        add(names: value.slice(4, length - 4), of: IPAddress(ipv4: bytes.word32(0)))
      } else if type == 2, length > 16 {
        add(
          names: value.slice(16, length - 16),
          of: IPAddress(ipv6High: bytes.word64(0), low: bytes.word64(8)))
      }
      offset += 4 + (length + 3) & ~3
    }
    return nil
  }

  /// Zero-terminated names.
  private func add(names: PcapngBytes, of address: IPAddress) {
    var rest = names
    while rest.count > 0, nameCount < CaptureReaderLimits.names {
      let name = rest.text
      let length = rest.textByteCount
      if length == 0 { return }
      if metadata.names[address]?.contains(name) != true {
        metadata.names[address, default: []].append(name)
        nameCount += 1
      }
      rest = rest.slice(length + 1, rest.count)
    }
  }

  private func interfaceNumber(_ index: UInt32) -> Int? {
    let number = state.sectionStart + Int(index)
    return number < interfaces.count ? number : nil
  }

  /// The packet of any of the three packet blocks.
  func packet(_ block: PcapngBytes, type: UInt32) -> Result<PacketPlace, BlockProblem> {
    if interfaces.count == state.sectionStart {
      return .failure(BlockProblem(reason: .missingInterface))
    }
    let bodyEnd = block.count - 4
    var place: PacketPlace
    if type == BlockType.simplePacket {
      guard block.count >= 16 else {
        return .failure(BlockProblem(reason: .blockMalformed(type: type)))
      }
      let original = block.word32(8)
      let snapshot = interfaces[state.sectionStart].snapshotLength
      let captured = snapshot == 0 ? original : min(original, snapshot)
      // A simple packet has no time.
      place = PacketPlace(
        offset: 12, timestampNanoseconds: unsafe PacketRecord.unknownTime,
        capturedLength: Int(captured),
        originalLength: original, interface: state.sectionStart, optionByteCount: 0)
    } else {
      guard block.count >= 32 else {
        return .failure(BlockProblem(reason: .blockMalformed(type: type)))
      }
      let index =
        type == BlockType.obsoletePacket ? UInt32(block.word16(8)) : block.word32(8)
      guard let number = interfaceNumber(index) else {
        return .failure(BlockProblem(reason: .unknownInterface(index: index)))
      }
      let units = UInt64(block.word32(12)) << 32 | UInt64(block.word32(16))
      let (time, isExact) = state.resolutions[number].nanoseconds(units)
      place = PacketPlace(
        offset: 28, timestampNanoseconds: time, hasExactTime: isExact,
        capturedLength: Int(block.word32(20)), originalLength: block.word32(24),
        interface: number, optionByteCount: 0)
    }
    let padded = (place.capturedLength + 3) & ~3
    guard place.offset + padded <= bodyEnd else {
      return .failure(BlockProblem(reason: .blockMalformed(type: type)))
    }
    if type != BlockType.simplePacket { place.optionByteCount = bodyEnd - place.offset - padded }
    return .success(place)
  }
}

extension PcapngBytes {
  /// The same bytes, read in network order.
  static func bigEndian(_ bytes: PcapngBytes) -> PcapngBytes {
    bytes.ordered(isByteSwapped: UInt16(1).bigEndian != 1)
  }
}
