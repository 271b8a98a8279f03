import NetworkTypes
import PacketCapture
import PacketDecode

/// Several captures as one stream of decoded packets, in the order of time.
///
/// Packets of one capture keep their order. Of equal times, the capture named first comes first.
@safe
final class CaptureMerge {
  private let supplies: [any PacketSupply]
  /// Supplies that have packets left.
  private var live: [any PacketSupply]
  /// Whose packets come next, and the time before which they do.
  private struct Turn {
    let supply: any PacketSupply
    let limit: Int64
  }
  // Checked for each batch, these accesses cost more than they find: no method that makes one is entered twice.
  @safe @exclusivity(unchecked) private var turn: Turn?
  private let views: ViewTable
  /// What was found in each capture.
  private var findings: [RareFindings] = []
  private(set) var answers = DNSObservations()
  /// Grows whenever a packet tells something beside its flow.
  private(set) var revision = 0

  init(_ supplies: [any PacketSupply], views: ViewTable) {
    self.supplies = supplies
    self.views = views
    views.windows = Array(repeating: nil, count: supplies.count)
    live = supplies.filter { $0.refill() }
    for _ in supplies { findings.append(RareFindings()) }
  }

  var byteOffset: UInt64 { supplies.reduce(0) { $0 + $1.byteOffset } }
  var packetCount: UInt64 { supplies.reduce(0) { $0 + $1.packetCount } }
  var mayCountRepeatedly: Bool { findings.contains(where: \.mayCountRepeatedly) }

  var pods: PodObservations {
    findings.reduce(into: PodObservations()) { $0 += $1.pods }
  }

  var summaries: [CaptureSummary] {
    zip(supplies, findings).map { supply, found in
      var summary = supply.summary
      summary.undecodedLinkTypes = found.undecodedLinkTypes
      summary.firstPacketNumbers = found.firstPacketNumbers
      summary.window = views.windows[Int(supply.number)].map {
        Timestamp(nanoseconds: $0.lowerBound)...Timestamp(nanoseconds: $0.upperBound)
      }
      summary.metadata = supply.metadata
      return summary
    }
  }

  /// Gets the next packets.
  ///
  /// - Parameter room: where the entries go: as many as ``FlowTracker/batchSize`` packets may yield.
  /// - Returns: how many entries were written; 0 only at the end: those of ``FlowTracker/batchSize`` packets, but at the end
  ///   and on a pipe, where they are those of the packets that are there. So what was read of files whenever a packet is
  ///   counted does not depend on how they are read.
  func next(into room: BatchRoom) -> Int {
    var packetsLeft = FlowTracker.batchSize
    var count = 0
    while packetsLeft > 0, let turn = nextTurn(isFirst: count == 0) {
      let taken = unsafe turn.supply.take(
        before: turn.limit, atMost: packetsLeft, into: room.dropFirst(count))
      note(turn.supply.takeFindings(), of: Int(turn.supply.number))
      count += taken.entries
      packetsLeft -= taken.packets
    }
    return count
  }

  /// Whose packets come next; `nil` at the end, and where a pipe that is alone has nothing more without waiting.
  ///
  /// - Parameter isFirst: whether there are no packets yet, and it must be waited for some.
  private func nextTurn(isFirst: Bool) -> Turn? {
    if let turn {
      if !turn.supply.hasPackets {
        if live.count == 1, turn.supply.mayWait, !isFirst { return nil }
        if !turn.supply.refill() { live.removeAll { $0 === turn.supply } }
      }
      // What bounds a turn are the packets of other captures, which stay where they are.
      if turn.supply.hasPackets, turn.supply.nextTime < turn.limit { return turn }
    }
    turn = earliest()
    return turn
  }

  /// The capture with the earliest next packet, and the time before which its packets come before all others. Each that is
  /// left has packets.
  private func earliest() -> Turn? {
    guard var supply = live.first else { return nil }
    for candidate in live.dropFirst() where candidate.nextTime < supply.nextTime {
      supply = candidate
    }
    var limit = Int64.max
    // Up to the next packet of another capture: before it, or at the same time if that capture is named later.
    for other in live where other !== supply {
      let bound = other.number < supply.number ? other.nextTime : other.nextTime &+ 1
      limit = min(limit, bound)
    }
    if !supply.continuity.hasStarted {
      supply.continuity.start(continuing: finishedPredecessor())
    }
    return Turn(supply: supply, limit: limit)
  }

  private func note(_ found: StageFindings, of number: Int) {
    if let rare = found.rare { note(rare, of: number) }
    guard found.earliest <= found.latest else { return }
    let window = views.windows[number]
    views.windows[number] =
      min(
        window?.lowerBound ?? found.earliest, found.earliest)...max(
        window?.upperBound ?? found.latest, found.latest)
  }

  private func note(_ rare: RareFindings, of number: Int) {
    revision += 1
    for answer in rare.answers { answers.insert(answer) }
    let all = findings[number]
    if rare.mayCountRepeatedly { all.mayCountRepeatedly = true }
    all.undecodedLinkTypes.merge(rare.undecodedLinkTypes, uniquingKeysWith: +)
    all.firstPacketNumbers.merge(rare.firstPacketNumbers) { first, _ in first }
    all.pods += rare.pods
  }

  /// A capture that has ended and that no other has continued yet.
  private func finishedPredecessor() -> Continuity? {
    supplies.first { supply in
      supply.continuity.hasStarted && !supply.continuity.isContinued
        && !live.contains { $0 === supply }
    }?.continuity
  }
}
