/// What `flowverdict bench` measures, in the form of its JSON.
public struct BenchFigures: Codable, Sendable {
  public struct Cluster: Codable, Sendable {
    /// What the user named, or the shape that was made up.
    public var name: String
    public var pods: Int
    public var networkPolicies: Int
    public var clusterPolicies: Int

    public init(name: String, pods: Int, networkPolicies: Int, clusterPolicies: Int) {
      self.name = name
      self.pods = pods
      self.networkPolicies = networkPolicies
      self.clusterPolicies = clusterPolicies
    }
  }

  public struct Table: Codable, Sendable {
    /// Processor time of compilation; `nil` for a table that was read from a file.
    public var compileMilliseconds: Double?
    /// Bytes that decisions without attribution can touch.
    public var hotBytes: Int
    public var bytes: Int
    public var rules: Int
    public var addressClasses: Int

    public init(
      compileMilliseconds: Double?, hotBytes: Int, bytes: Int, rules: Int, addressClasses: Int
    ) {
      self.compileMilliseconds = compileMilliseconds
      self.hotBytes = hotBytes
      self.bytes = bytes
      self.rules = rules
      self.addressClasses = addressClasses
    }
  }

  /// One form of lookups on one trace.
  public struct Lookups: Codable, Sendable {
    /// `ipv4` or `ipv6`.
    public var family: String
    /// See ``FlowTrace/Mode``.
    public var trace: String
    /// See ``LookupForm``.
    public var form: String
    /// Nanoseconds of processor time a lookup, of the best and of the median repetition.
    public var minimumNanoseconds: Double
    public var medianNanoseconds: Double
    /// By the median.
    public var perSecond: Double
    /// Share of the lookups that both sides allow; `nil` where only rules were asked for.
    public var allowedShare: Double?
  }

  /// Single lookups, each timed on its own.
  public struct Latency: Codable, Sendable {
    public var family: String
    public var lookups: Int
    /// What the clock takes, which is subtracted.
    public var clockNanoseconds: Int
    /// 50, 90, 99, 99.9, 99.99 and 100 %.
    public var percentiles: [Percentile]
  }

  /// So many percent of the lookups take so long at most.
  public struct Percentile: Codable, Sendable {
    public var percent: Double
    public var nanoseconds: Int
  }

  /// One stage of the packet path over all captures.
  public struct Packets: Codable, Sendable {
    /// See ``CaptureStage``.
    public var stage: String
    /// Threads.
    public var jobs: Int
    public var packets: Int
    public var flows: Int
    /// Nanoseconds of processor time a packet, of all threads together.
    public var minimumNanoseconds: Double
    public var medianNanoseconds: Double
    /// Nanoseconds a packet by the wall clock, of the median repetition.
    public var wallNanoseconds: Double
    /// By the wall clock, as ``bytesPerSecond``.
    public var packetsPerSecond: Double
    /// Bytes of the files, as they are on disk; `nil` where a size is not known.
    public var bytesPerSecond: Double?
    /// Growth of the process's memory in the first repetition.
    public var peakBytes: Int?
  }

  /// Changes when a member changes its meaning.
  public var schema = 1
  public var cluster: Cluster
  public var table: Table
  /// Where the flows that were looked up come from.
  public var flows: String
  public var lookups: [Lookups] = []
  public var latency: [Latency] = []
  public var packets: [Packets] = []

  public init(cluster: Cluster, table: Table, flows: String) {
    self.cluster = cluster
    self.table = table
    self.flows = flows
  }
}
