import PacketDecode

/// Handing out flows: the idle ones, the longest-idle when there are too many, and all at the end.
extension FlowTracker {
  /// Hands out every flow that is left, in the order of their first packets (then of their ends).
  ///
  /// No packets can be tracked afterwards that belong to them: they would be new flows.
  public func finish() {
    flush()
    fragments.finish()
    counts.orphanFragments = fragments.orphanCount
    handOut(
      groups: heads(endingBy: .max, closedBy: .max, keeping: nil, isForced: true), isEnd: true)
  }

  /// Hands out flows that have been idle for the timeout; looks for them four times a timeout.
  func evictIdle(now: Int64) {
    let isFirst = nextSweepTime == .min
    let (next, overflows) = now.addingReportingOverflow(idleLimit / 4)
    nextSweepTime = overflows ? .max : next
    if isFirst { return }
    let (limit, isBeforeAll) = now.subtractingReportingOverflow(idleLimit)
    if isBeforeAll { return }
    // Closed flows earlier: nothing but stray packets follows.
    let closedLimit = max(limit, now &- FlowRecord.closedNanoseconds)
    let groups = heads(
      endingBy: limit - 1, closedBy: closedLimit - 1, keeping: nil, isForced: false)
    counts.evictedFlows += UInt64(groups.count)
    handOut(groups: groups)
  }

  /// Makes room: hands out about an eighth of the flows, those that have been idle for longest; closed ones count as idle
  /// for a minute more.
  func evictOldest(keeping kept: Int?) {
    let sample = stride(from: 0, to: recordEnd, by: max(1, recordEnd / 4096)).compactMap {
      records[$0].isFree ? nil : records[$0].idleTime
    }.sorted()
    guard !sample.isEmpty else { return }
    for share in [8, 4, 2, 1] {
      let limit = sample[(sample.count - 1) / share]
      let groups = heads(
        endingBy: limit,
        closedBy: min(limit, .max - FlowRecord.closedNanoseconds) + FlowRecord.closedNanoseconds,
        keeping: kept, isForced: share == 1)
      if groups.isEmpty { continue }
      counts.evictedFlows += UInt64(groups.count)
      handOut(groups: groups)
      return
    }
  }

  /// First records of the groups all of whose records end by `limit`, or are closed and end by `closedLimit`; with
  /// `isForced`, of those with any such record.
  private func heads(
    endingBy limit: Int64, closedBy closedLimit: Int64, keeping kept: Int?, isForced: Bool
  ) -> [Int] {
    func ends(_ number: Int) -> Bool {
      let record = records[number]
      return record.endTime <= (record.isClosed ? closedLimit : limit)
    }
    var result: [Int] = []
    for number in 1..<recordEnd {
      guard !records[number].isFree, ends(number) else { continue }
      guard groups != nil else {
        if number != kept { result.append(number) }
        continue
      }
      // Each group once: by the first of its records that ends in time.
      let head = groupHead(number)
      let members = groupMembers(head)
      let ending = members.filter(ends)
      guard ending.min() == number, kept.map({ !members.contains($0) }) ?? true else { continue }
      if isForced || ending.count == members.count { result.append(head) }
    }
    return result
  }

  /// The records of one flow.
  private struct Connection {
    var start: Int64
    var first: Int
    /// The records after the first one; nearly always none.
    var others: [Int] = []
  }

  /// Joins each group's records into flows and hands these out in the order of their first packets; frees the records.
  private func handOut(groups heads: [Int], isEnd: Bool = false) {
    var ready: [Connection] = []
    ready.reserveCapacity(heads.count)
    for head in heads {
      if groups == nil || records[head].next == 0 {
        removeGroup(head: head)
        ready.append(Connection(start: records[head].startTime, first: head))
        continue
      }
      let members = groupMembers(head)
      removeGroup(head: head)
      for connection in connections(of: members) {
        let start = connection.map { records[$0].startTime }.min() ?? 0
        ready.append(
          Connection(start: start, first: connection[0], others: Array(connection.dropFirst())))
      }
    }
    ready.sort { left, right in
      if left.start != right.start { return left.start < right.start }
      return records[left.first].precedes(records[right.first])
        ?? (left.first < right.first)
    }
    for connection in ready {
      handOut(
        connection.others.isEmpty
          ? flow(of: connection.first) : flow(joining: [connection.first] + connection.others))
    }
    if ready.reduce(0, { $0 + 1 + $1.others.count }) == liveCount {
      forgetAll(isEnd: isEnd)
      return
    }
    for connection in ready {
      free(connection.first)
      connection.others.forEach(free)
    }
  }

  /// Empties the table at once.
  ///
  /// - Parameter isEnd: whether no packets wait whose records were looked up already. Otherwise the records are marked as
  ///   free, or such packets would count for flows that were handed out.
  private func forgetAll(isEnd: Bool) {
    if !isEnd {
      for number in 1..<recordEnd { records[number].portsAndMeta = 0 }
    }
    index.removeAll()
    recordEnd = 1
    freeHead = 0
    liveCount = 0
  }

  /// Takes a record out of the index and puts it on the free list.
  private func free(_ number: Int) {
    if !records[number].isSuperseded {
      index.remove(hash(ofRecord: number), record: number) { hash(ofRecord: $0) }
    }
    var record = FlowRecord()
    record.next = freeHead
    records[number] = record
    freeHead = UInt32(number)
    liveCount -= 1
  }
}

extension FlowRecord {
  /// How long a closed flow is kept before it may be handed out early: as long as TCP waits for stray segments.
  static let closedNanoseconds: Int64 = 60_000_000_000

  /// Whether a reset was seen, or both ends said that they are done.
  var isClosed: Bool {
    (flags.0 | flags.1) & TCPFlags.rst != 0 || flags.0 & flags.1 & TCPFlags.fin != 0
  }

  /// Since when nothing is expected of the flow, to find the longest-idle ones.
  var idleTime: Int64 { isClosed ? endTime &- Self.closedNanoseconds : endTime }

  /// Time of the first packet of either direction.
  var startTime: Int64 {
    let hasForward = packets.0 > 0 || packetCarry.0 > 0
    let hasReverse = packets.1 > 0 || packetCarry.1 > 0
    if hasForward, hasReverse { return min(firstTime.0, firstTime.1) }
    return hasForward ? firstTime.0 : firstTime.1
  }

  /// The order of records that start together: by their ends. `nil` if they are equal.
  func precedes(_ other: FlowRecord) -> Bool? {
    let left = ends
    let right = other.ends
    if left.source != right.source { return left.source < right.source }
    if left.destination != right.destination { return left.destination < right.destination }
    if ipProtocol != other.ipProtocol { return ipProtocol < other.ipProtocol }
    return ports != other.ports ? ports < other.ports : nil
  }
}
