import ClusterModel
import LookupTable
import Measurement
import NetworkTypes
import PolicyCompilation
import SyntheticCluster
import Testing

@Suite struct LookupMeasurementTests {
  static let cluster = MadeUpCluster(ClusterShape(pods: 500, policies: 60))

  @Test(arguments: [AddressFamily.ipv4, .ipv6])
  func `all forms of lookup give the same answers on both traces`(_ family: AddressFamily) throws {
    let compiled = try CompiledPolicies.compile(Self.cluster.snapshot, Self.cluster.policies)
    let flows = Self.cluster.makeFlows(4096, family: family)
    let keys = LookupKeys(flows, family: family)
    var tasks = LookupTask.all(keys, compiled.table)
    try tasks.runInterleaved(rounds: FlowTrace.windowCount)
    #expect(tasks.disagreeing(rounds: FlowTrace.windowCount) == [])
    let cold = try #require(tasks.first { $0.form == .loop && $0.trace.mode == .cold })
    let allowed = flows.count { compiled.isAllowed($0) }
    #expect(cold.task.checksum == UInt64(allowed))
    #expect(cold.task.samples.count == FlowTrace.windowCount)
  }

  @Test func `a task with other answers than its kind is found`() throws {
    let compiled = try CompiledPolicies.compile(Self.cluster.snapshot, Self.cluster.policies)
    let open = try CompiledPolicies.compile(Self.cluster.snapshot, PolicySet())
    let keys = LookupKeys(Self.cluster.makeFlows(4096), family: .ipv4)
    let buffer = AnswerBuffer(count: keys.count)
    var tasks = [
      LookupTask(.loop, .cold, keys, compiled.table, number: 0, buffer: buffer),
      LookupTask(.batch, .cold, keys, open.table, number: 1, buffer: buffer),
    ]
    try tasks.runInterleaved(rounds: FlowTrace.windowCount)
    #expect(tasks.disagreeing(rounds: FlowTrace.windowCount) == ["IPv4 cold batch"])
  }

  @Test func `the windows of a cold trace take every flow once, in every task`() {
    let trace = FlowTrace(.cold, flowCount: 320)
    for task in 0..<7 {
      let taken = (0..<FlowTrace.windowCount).flatMap { trace.window(round: $0, task: task) }
      #expect(taken.sorted() == Array(0..<320))
    }
    #expect(trace.window(round: 0, task: 0) != trace.window(round: 0, task: 1))
  }

  @Test func `keys are of one family and can be repeated`() {
    let mixed =
      Self.cluster.makeFlows(3) + Self.cluster.makeFlows(2, family: .ipv6)
    #expect(LookupKeys(mixed, family: .ipv4).count == 3)
    #expect(LookupKeys(mixed, family: .ipv6).count == 2)
    #expect(LookupKeys(mixed, family: .ipv6).repeated(to: 7).count == 7)
    #expect(LookupKeys([], family: .ipv4).repeated(to: 7).count == 0)
  }

  @Test func `single lookups are all timed`() throws {
    let compiled = try CompiledPolicies.compile(Self.cluster.snapshot, Self.cluster.policies)
    let latency = LookupLatency(
      LookupKeys(Self.cluster.makeFlows(5000), family: .ipv4), compiled.table)
    #expect(latency.histogram.totalCount == 5000)
    #expect(latency.nanoseconds(percentile: 50) <= latency.nanoseconds(percentile: 99.9))
  }
}
