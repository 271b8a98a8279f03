/// What counts as one flow, and how much is remembered.
public struct FlowTrackerOptions: Sendable, Hashable {
  /// Whether a SYN that starts another connection on a five-tuple starts another flow.
  public var splitsReusedTuples: Bool
  /// Whether fragments after the first count for the flow of the first.
  public var joinsFragments: Bool
  /// Whether the same packet, seen from several interfaces, captures, or inside and outside a tunnel or a Service
  /// address, is counted once.
  public var joinsViews: Bool
  /// Whether an ICMP error is a flow of its own instead of marking the flow that it quotes.
  public var countsICMPErrorsAsFlows: Bool
  /// Whether ICMP echoes with different identifiers are different flows, as they are for connection tracking: else the pings
  /// of two hosts to each other are one flow.
  public var separatesEchoes: Bool
  /// A pause after which a five-tuple is a new flow, in nanoseconds; `nil`: none.
  public var idleTimeoutNanoseconds: Int64?
  /// Flows remembered at once, of ``flowCounts``. When more are seen, the longest-idle eighth is handed out early.
  public var maximumFlowCount: Int

  /// What ``maximumFlowCount`` may be; other numbers count as the nearest of these.
  public static let flowCounts = 1024...HashIndex.maximumRecordCount

  /// Bytes of memory that a remembered flow costs at most: its record, its places in two indexes, and what handing all
  /// flows out takes for a moment.
  public static let maximumByteCountPerFlow = 256

  public init(
    splitsReusedTuples: Bool = true, joinsFragments: Bool = true, joinsViews: Bool = true,
    countsICMPErrorsAsFlows: Bool = false, separatesEchoes: Bool = true,
    idleTimeoutNanoseconds: Int64? = nil,
    maximumFlowCount: Int = 1 << 22
  ) {
    self.splitsReusedTuples = splitsReusedTuples
    self.joinsFragments = joinsFragments
    self.joinsViews = joinsViews
    self.countsICMPErrorsAsFlows = countsICMPErrorsAsFlows
    self.separatesEchoes = separatesEchoes
    self.idleTimeoutNanoseconds = idleTimeoutNanoseconds
    self.maximumFlowCount = maximumFlowCount
  }

  /// One flow for each five-tuple and nothing joined: what packet analysers list as conversations.
  public static let conversations = FlowTrackerOptions(
    splitsReusedTuples: false, joinsFragments: false, joinsViews: false,
    countsICMPErrorsAsFlows: true, separatesEchoes: false)
}
