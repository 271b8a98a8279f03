import NetworkTypes

/// Which names led to which addresses, as far as DNS answers in the captures say it.
public struct DNSObservations: Sendable {
  /// Pairs of name and address that are kept; further ones are counted only.
  public static let maximumPairCount = 200_000
  /// Spans kept of one pair; then the two that are closest become one.
  public static let maximumSpanCount = 64

  private struct Pair: Hashable {
    var name: String
    var address: IPAddress
  }

  private var spans: [Pair: [ClosedRange<Int64>]] = [:]
  private var namesOfAddress: [IPAddress: [String]] = [:]
  private var addressesOfName: [String: [IPAddress]] = [:]
  /// Answers that were taken up.
  public private(set) var answerCount: UInt64 = 0
  /// Pairs that came when there was no more room.
  public private(set) var droppedPairCount: UInt64 = 0

  public init() {}

  public var isEmpty: Bool { spans.isEmpty }

  /// All names, sorted.
  public var names: [String] { addressesOfName.keys.sorted() }

  /// All addresses that `name` ever led to, in the order of the answers.
  public func addresses(of name: String) -> [IPAddress] { addressesOfName[name] ?? [] }

  /// The names that led to `address` at `time`, sorted: each mapping holds from its answer for its time to live.
  ///
  /// - Parameter graceNanoseconds: how long mappings are used beyond their time to live, since programs keep connections
  ///   and addresses for longer.
  public func names(
    of address: IPAddress, at time: Timestamp, graceNanoseconds: Int64 = 0
  ) -> [String] {
    (namesOfAddress[address] ?? []).filter { name in
      spans[Pair(name: name, address: address)]?.contains { span in
        let end = span.upperBound.addingReportingOverflow(graceNanoseconds)
        return span.lowerBound <= time.nanoseconds
          && (end.overflow || time.nanoseconds <= end.partialValue)
      } == true
    }.sorted()
  }

  /// Takes up an answer.
  public mutating func insert(_ answer: DNSAnswer) {
    answerCount += 1
    for mapping in answer.mappings {
      let pair = Pair(name: mapping.name, address: mapping.address)
      let end = answer.time.nanoseconds &+ Int64(mapping.timeToLive) &* 1_000_000_000
      let span = answer.time.nanoseconds...max(answer.time.nanoseconds, end)
      if let known = spans[pair] {
        spans[pair] = Self.merged(known, span)
        continue
      }
      guard spans.count < Self.maximumPairCount else {
        droppedPairCount += 1
        continue
      }
      spans[pair] = [span]
      namesOfAddress[mapping.address, default: []].append(mapping.name)
      addressesOfName[mapping.name, default: []].append(mapping.address)
    }
  }

  /// The spans with one more, sorted, without overlaps.
  private static func merged(
    _ known: [ClosedRange<Int64>], _ added: ClosedRange<Int64>
  ) -> [ClosedRange<Int64>] {
    var result: [ClosedRange<Int64>] = []
    for span in (known + [added]).sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = result.last, span.lowerBound <= last.upperBound {
        result[result.count - 1] = last.lowerBound...max(last.upperBound, span.upperBound)
      } else {
        result.append(span)
      }
    }
    if result.count > maximumSpanCount {
      let closest = result.indices.dropLast().min {
        result[$0 + 1].lowerBound &- result[$0].upperBound
          < result[$1 + 1].lowerBound &- result[$1].upperBound
      }
      if let closest {
        result[closest] = result[closest].lowerBound...result[closest + 1].upperBound
        result.remove(at: closest + 1)
      }
    }
    return result
  }
}
