import CShims
import NetworkTypes
import PacketCapture
import PacketDecode

/// A capture whose parts are read and decoded by a pool's threads, ahead of their use.
///
/// A file that can be split is read by several threads at once: each part but the first starts at a guessed record. The
/// guess is checked when the part's turn comes, and the part read again from the right place if it was wrong: so the
/// packets are exactly those of a reader that goes from the start to the end. Other captures are read by one thread at a
/// time.
@safe
final class BackgroundSupply: PacketSupply {
  let number: UInt16
  let continuity: Continuity
  let mayWait: Bool
  private let path: String
  private let format: CaptureFormat
  private let options: CaptureRun.Options
  private let views: ViewTable
  private let pool: WorkerPool
  /// The tracker's, which entries are hashed with.
  private let seed: HashSeed
  private let origin: Origin

  private enum Origin {
    case file(SplittableCapture)
    case stream(StreamState)

    var format: CaptureFormat {
      switch self {
      case .file(let capture): capture.format
      case .stream(let stream): stream.reader.format
      }
    }

    /// The state at the start of a file.
    var initialState: SplittableCapture.State? {
      if case .file(let capture) = self { capture.initialState } else { nil }
    }
  }

  // MARK: Shared, under the pool's lock

  private enum Slot {
    case running
    case ready(DecodedPart)
  }

  /// Parts that are being made or wait for their turn, by number.
  private var slots: [Int: Slot] = [:]
  /// The next part to hand to a thread.
  private var nextToMake = 0
  /// Parts that may be made ahead.
  private let window: Int
  /// Parts whose memory can be used again.
  private var spare: [DecodedPart] = []
  /// Whether no further part is needed.
  private var isEnded = false
  /// The state that guesses start from: that at the end of the last part that was used. `nil` until the first part of a
  /// pcapng file has said which interfaces there are.
  private var hint: SplittableCapture.State?

  // MARK: Of the thread that uses the packets

  private var current: DecodedPart?
  private var position = 0
  /// Of the next detailed entry among the part's.
  private var detailedPosition = 0
  private var nextToUse = 0
  /// The state in which the next part must begin; `nil` for streams.
  private var expected: SplittableCapture.State?
  /// The run's numbers of the current part's views.
  // Checked for each batch, these accesses cost more than they find: no method that makes one is entered twice.
  @safe @exclusivity(unchecked) private var numbers: [UInt16] = []
  private var isMapped = false
  private var found = StageFindings()

  private var packetsBefore: UInt64 = 0
  private var filteredBefore: UInt64 = 0
  private var untimedBefore: UInt64 = 0
  private(set) var byteOffset: UInt64 = 0
  private var interfaces: [CaptureInterface] = []
  private(set) var metadata = CaptureMetadata()
  private var anomalies: [CaptureAnomaly] = []
  private var anomalyCount: UInt64 = 0

  /// Begins to read at once, by several threads.
  convenience init(
    path: String, number: UInt16, capture: SplittableCapture, options: CaptureRun.Options,
    views: ViewTable, seed: HashSeed, pool: WorkerPool, window: Int
  ) {
    self.init(
      path: path, number: number, origin: .file(capture), mayWait: false, options: options,
      views: views, seed: seed, pool: pool, window: max(1, window))
  }

  /// Begins to read at once, by one thread at a time.
  convenience init(
    path: String, number: UInt16, reader: any CaptureReader, mayWait: Bool,
    options: CaptureRun.Options, views: ViewTable, seed: HashSeed, pool: WorkerPool
  ) {
    self.init(
      path: path, number: number,
      origin: .stream(StreamState(reader: reader, number: number, options: options)),
      mayWait: mayWait, options: options, views: views, seed: seed, pool: pool, window: 2)
  }

  private init(
    path: String, number: UInt16, origin: Origin, mayWait: Bool, options: CaptureRun.Options,
    views: ViewTable, seed: HashSeed, pool: WorkerPool, window: Int
  ) {
    self.mayWait = mayWait
    self.path = path
    self.number = number
    self.options = options
    self.views = views
    self.pool = pool
    self.seed = seed
    self.window = window
    self.origin = origin
    format = origin.format
    continuity = Continuity(number)
    expected = origin.initialState
    hint = format == .pcap ? expected : nil
    // The pool lets go of it when it is stopped.
    pool.add { self.claim() }
  }

  // MARK: Making parts

  /// A job that makes the next part, if one is to be made. Called under the lock.
  private func claim() -> (() -> Void)? {
    guard !isEnded, nextToMake < nextToUse + window else { return nil }
    switch origin {
    case .file(let capture):
      guard nextToMake < capture.partCount,
        let hint = nextToMake == 0 ? capture.initialState : hint
      else { return nil }
      let number = nextToMake
      return job { part in
        guard let reader = capture.part(number, from: number == 0 ? hint : nil, hint: hint) else {
          return
        }
        part.fill(from: reader, number: self.number, options: self.options)
      }
    case .stream(let stream):
      // One after the other.
      let isBusy = slots.values.contains { if case .running = $0 { true } else { false } }
      guard !isBusy else { return nil }
      return job { part in
        part.fill(from: stream)
        if part.isLast { self.pool.withLock { self.isEnded = true } }
      }
    }
  }

  private func job(_ make: @escaping (DecodedPart) -> Void) -> () -> Void {
    let number = nextToMake
    nextToMake += 1
    slots[number] = .running
    let part = spare.popLast() ?? DecodedPart(seed: seed)
    part.clear()
    return {
      make(part)
      self.pool.withLock {
        self.slots[number] = .ready(part)
        self.pool.noteChange()
      }
    }
  }

  // MARK: Using parts

  var hasPackets: Bool { current.map { position < $0.count } ?? false }
  var nextTime: Int64 { current?.entries[position].timestampNanoseconds ?? 0 }
  var packetCount: UInt64 { packetsBefore }

  func refill() -> Bool {
    while true {
      guard let part = takeNext() else { return false }
      use(part)
      if part.count > 0 { return true }
    }
  }

  /// The next part, right as it would have been read from start to end; `nil` at the end.
  private func takeNext() -> DecodedPart? {
    finishCurrent()
    switch origin {
    case .stream: return wait(for: nextToUse)
    case .file(let capture):
      // A long record may reach over a whole part.
      while let expected, nextToUse + 1 < capture.partCount,
        !capture.hasPart(nextToUse, from: expected.offset)
      {
        guard let unused = wait(for: nextToUse) else { return nil }
        release(unused)
      }
      guard let expected, let part = wait(for: nextToUse) else {
        end()
        return nil
      }
      if part.start?.isEquivalent(to: expected) == true { return part }
      if let reader = capture.part(nextToUse - 1, from: expected, hint: expected) {
        part.fill(from: reader, number: number, options: options)
      }
      return part
    }
  }

  /// Waits for a part, and makes parts meanwhile.
  private func wait(for wanted: Int) -> DecodedPart? {
    while true {
      var job: (() -> Void)?
      let part: DecodedPart? = pool.withLock {
        while true {
          if case .ready(let part)? = slots[wanted] {
            slots[wanted] = nil
            nextToUse = wanted + 1
            pool.noteChange()
            return part
          }
          job = claim()
          if job != nil { return nil }
          if slots[wanted] == nil, isEnded || isExhausted(wanted) { return nil }
          pool.waitForChange()
        }
      }
      if let part { return part }
      guard let job else { return nil }
      job()
    }
  }

  private func isExhausted(_ wanted: Int) -> Bool {
    if case .file(let capture) = origin { return wanted >= capture.partCount }
    return false
  }

  /// Takes up what a part says besides its packets.
  private func use(_ part: DecodedPart) {
    current = part
    position = 0
    detailedPosition = 0
    isMapped = false
    found = part.findings
    switch origin {
    case .stream:
      // A stream's reader counts from its start.
      interfaces = part.interfaces
      metadata = part.metadata
      anomalies = part.anomalies
      anomalyCount = part.anomalyCount
      packetsBefore = part.packetCount
      filteredBefore = part.filteredPacketCount
      untimedBefore = part.untimedPacketCount
    case .file:
      // A part's reader counts from the part's start.
      if let rare = found.rare {
        rare.firstPacketNumbers = rare.firstPacketNumbers.mapValues { $0 + packetsBefore }
      }
      note(part)
    }
    byteOffset = part.byteOffset
  }

  /// Adds what a part of a file says to what the parts before it said.
  private func note(_ part: DecodedPart) {
    for (address, names) in part.metadata.names {
      for name in names where metadata.names[address]?.contains(name) != true {
        metadata.names[address, default: []].append(name)
      }
    }
    for comment in part.metadata.comments
    where metadata.comments.count < CaptureReaderLimits.comments {
      metadata.comments.append(comment)
    }
    for anomaly in part.anomalies where anomalies.count < CaptureReaderLimits.anomalies {
      var anomaly = anomaly
      anomaly.packetNumber += packetsBefore
      anomalies.append(anomaly)
    }
    anomalyCount += part.anomalyCount
    packetsBefore += part.packetCount
    filteredBefore += part.filteredPacketCount
    untimedBefore += part.untimedPacketCount
    // Statistics may come in any part.
    for index in part.interfaces.indices {
      if index >= interfaces.count {
        interfaces.append(part.interfaces[index])
      } else if let dropped = part.interfaces[index].droppedPacketCount {
        interfaces[index].droppedPacketCount = dropped
      }
    }
    expected = part.end
    pool.withLock {
      if let end = part.end { hint = end } else { isEnded = true }
      pool.noteChange()
    }
  }

  /// Gives a part that was used back for the next ones.
  private func finishCurrent() {
    if let part = current { release(part) }
    current = nil
  }

  private func release(_ part: DecodedPart) {
    pool.withLock {
      spare.append(part)
      pool.noteChange()
    }
  }

  private func end() {
    pool.withLock {
      isEnded = true
      pool.noteChange()
    }
  }

  func take(
    before limit: Int64, atMost maximum: Int, into room: BatchRoom
  ) -> (packets: Int, entries: Int) {
    guard let part = current else { return (0, 0) }
    if !isMapped { mapViews(of: part) }
    var packets = 0
    var entries = 0
    while true {
      let plain = unsafe takePlain(
        part, before: limit, atMost: maximum - packets, into: room, from: entries)
      packets &+= plain
      entries &+= plain
      guard position < part.count else { break }
      // Safe: `position` is inside the part.
      let time = part.entries[position].timestampNanoseconds
      let isFull = packets == maximum || time >= limit && packets > 0
      let isDetailed = part.entries[position].isDetailed
      if isFull, !isDetailed || !part.detailedEntries[detailedPosition].kind.isCompanion {
        break
      }
      packets &+= unsafe takeAny(part, into: room, entries)
      entries &+= 1
    }
    return (packets, entries)
  }

  /// Hands out packets that are not detailed, in order of time and before `limit`, up to the first that is.
  ///
  /// Calls nothing, so that everything stays in registers.
  /// - Returns: how many packets were handed out; each is one entry, the first of them in place `start`.
  @inline(__always)
  private func takePlain(
    _ part: DecodedPart, before limit: Int64, atMost maximum: Int, into room: BatchRoom,
    from start: Int
  ) -> Int {
    let source = unsafe part.entries + position
    let count = min(part.count - position, maximum)
    let capture = number
    let numbers = numbers
    // Packets without time are noted apart.
    var latest = PacketStage.unknownTime + 1
    var place = 0
    while place < count {
      // Safe: `place` is inside the part, and there is room for two entries of each packet.
      let entry = unsafe source[place]
      let time = entry.timestampNanoseconds
      guard time >= latest, time < limit, !entry.isDetailed else { break }
      latest = time
      // Another thread wrote the part: it is in a cache, but not in this one's. A prefetch never faults.
      unsafe flowverdict_prefetch(source + place + 32)
      unsafe room.put(start &+ place, entry, view: numbers[Int(entry.view)], capture: capture)
      place &+= 1
    }
    if place > 0 {
      unsafe found.note(source.pointee.timestampNanoseconds)
      found.note(latest)
    }
    position += place
    return place
  }

  /// Hands out the next entry, whatever it is.
  ///
  /// - Returns: 1, or 0 if the entry goes with the one before it.
  @inline(never)
  private func takeAny(_ part: DecodedPart, into room: BatchRoom, _ place: Int) -> Int {
    // Safe: `position` is inside the part, and so are the details of a detailed entry.
    let compact = part.entries[position]
    position += 1
    guard compact.isDetailed else {
      unsafe room.put(place, compact, view: numbers[Int(compact.view)], capture: number)
      found.note(compact.timestampNanoseconds)
      return 1
    }
    var entry = part.detailedEntries[detailedPosition]
    var details = part.detailedPackets[detailedPosition]
    detailedPosition += 1
    let view = numbers[Int(entry.view)]
    if view != entry.view {
      entry.setView(view, seed: seed)
      details.view = view
    }
    unsafe room.put(place, entry, details)
    if entry.kind.isCompanion { return 0 }
    found.note(entry.timestampNanoseconds)
    return 1
  }

  /// Looks up the run's numbers of a part's views.
  private func mapViews(of part: DecodedPart) {
    isMapped = true
    // Times are noted as packets are handed out, as without threads.
    found.earliest = .max
    found.latest = .min
    let mapped = part.views.map { view in
      var view = view
      view.capture = continuity.viewCapture
      return views.number(of: view)
    }
    // Where views are not told apart, all packets have view 0.
    numbers = mapped.isEmpty ? [0] : mapped
  }

  func takeFindings() -> StageFindings {
    defer { found = StageFindings() }
    return found
  }

  var summary: CaptureSummary {
    CaptureSummary(
      path: path, format: format, packetCount: packetsBefore, filteredPacketCount: filteredBefore,
      untimedPacketCount: untimedBefore, interfaces: interfaces, anomalies: anomalies,
      anomalyCount: anomalyCount)
  }
}
