import PacketDecode

extension FlowTracker {
  /// Tracks an entry that is not an ordinary packet of a flow.
  ///
  /// - Parameter hasCompanion: whether another entry follows in memory.
  @inline(never)
  func trackRare(_ packet: UnsafePointer<DecodedPacket>, hasCompanion: Bool) {
    let entry = unsafe packet.pointee
    packetCounts[entry.kind] += 1
    switch entry.kind {
    case .firstFragment:
      countSingly(entry)
      guard options.joinsFragments, hasCompanion else { return }
      // Safe: the caller says that the entry is there.
      let key = FragmentTable.Key(unsafe packet[1], view: entry.view)
      for later in fragments.insert(key, first: entry) { countLaterFragment(later, of: entry) }
    case .laterFragment:
      guard options.joinsFragments else { return }
      let key = FragmentTable.Key(entry, view: entry.view)
      if let first = fragments.first(key, later: entry) { countLaterFragment(entry, of: first) }
    case .icmpError, .icmpErrorWithoutQuote:
      if options.countsICMPErrorsAsFlows {
        countSingly(entry)
      } else if entry.kind == .icmpError, hasCompanion {
        // Safe: as above.
        markRefused(unsafe packet[1], by: entry)
      } else {
        counts.unmatchedICMPErrors += 1
      }
    default: return
    }
  }

  private func countLaterFragment(_ later: DecodedPacket, of first: DecodedPacket) {
    var packet = first
    packet.timestampNanoseconds = later.timestampNanoseconds
    packet.originalLength = later.originalLength
    packet.tcpFlags = 0
    counts.joinedFragments += 1
    countSingly(packet)
  }

  /// Marks the flow of a quoted packet as refused, if the error says so.
  private func markRefused(_ quoted: DecodedPacket, by error: DecodedPacket) {
    var packet = quoted
    packet.view = error.view
    let entry = BatchEntry(packet, seed: seed)
    let number = unsafe withUnsafePointer(to: packet) { packet in
      unsafe withUnsafePointer(to: entry) { entry in
        let own = unsafe find(entry, packet)
        return unsafe own != 0 ? own : counterpart(of: entry, packet)
      }
    }
    guard number != 0 else {
      counts.unmatchedICMPErrors += 1
      return
    }
    counts.matchedICMPErrors += 1
    if error.tcpFlags & TCPFlags.rst != 0 {
      records[number].state.insert(.refused(Int(entry.direction)))
    }
  }
}
