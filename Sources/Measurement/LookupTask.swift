import LookupTable

/// One form of lookups on one trace, to be timed.
public struct LookupTask {
  public let form: LookupForm
  public let trace: FlowTrace
  public var task: TimedTask

  /// - Parameters:
  ///   - number: tells the tasks of one round apart.
  ///   - buffer: has room for as many answers as there are keys.
  /// - Precondition: there are at least ``FlowTrace/windowCount`` keys.
  public init(
    _ form: LookupForm, _ mode: FlowTrace.Mode, _ keys: LookupKeys, _ table: DecisionTable,
    number: Int, buffer: AnswerBuffer
  ) {
    precondition(keys.count >= FlowTrace.windowCount, "too few flows to time lookups of")
    self.form = form
    let trace = FlowTrace(mode, flowCount: keys.count)
    self.trace = trace
    let family = keys.family == .ipv4 ? "IPv4" : "IPv6"
    task = TimedTask(
      "\(family) \(mode) \(form)", unitCount: trace.lookupCount, isWarm: mode == .warm
    ) { round in
      let window = trace.window(round: round, task: number)
      switch keys {
      case .ipv4(let keys):
        return form.run(keys.span.extracting(window), trace.repeatCount, table, buffer)
      case .ipv6(let keys):
        return form.run(keys.span.extracting(window), trace.repeatCount, table, buffer)
      }
    }
  }

  /// Every form on every trace.
  public static func all(
    _ keys: LookupKeys, _ table: DecisionTable, forms: [LookupForm] = LookupForm.allCases
  ) -> [LookupTask] {
    let buffer = AnswerBuffer(count: keys.count)
    var tasks: [LookupTask] = []
    for mode in FlowTrace.Mode.allCases {
      for form in forms {
        tasks.append(
          LookupTask(form, mode, keys, table, number: tasks.count, buffer: buffer))
      }
    }
    return tasks
  }
}

extension [LookupTask] {
  /// Times all tasks in turns.
  public mutating func runInterleaved(rounds: Int) throws {
    var tasks = map(\.task)
    try tasks.runInterleaved(rounds: rounds)
    for index in indices { self[index].task = tasks[index] }
  }

  /// Tasks that gave other answers than the first of their kind, by name. Empty after rounds that are no multiple of
  /// ``FlowTrace/windowCount``: the tasks have then seen different flows.
  public func disagreeing(rounds: Int) -> [String] {
    guard rounds % FlowTrace.windowCount == 0 else { return [] }
    var names: [String] = []
    for task in self {
      let first = first {
        $0.trace == task.trace && $0.form.isAttribution == task.form.isAttribution
      }
      if let first, first.task.checksum != task.task.checksum { names.append(task.task.name) }
    }
    return names
  }
}
