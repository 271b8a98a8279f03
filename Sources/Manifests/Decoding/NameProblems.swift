/// What is wrong with names of labels and ports, worked out once for each distinct text.
struct NameProblems {
  private enum State: UInt8 {
    case unknown, valid, invalid
  }

  private var keys: [State] = []
  private var values: [State] = []
  private var ports: [State] = []

  /// What is wrong with the key that the interner knows as `number`; `nil` if nothing is.
  mutating func labelKey(_ number: Int, _ text: String) -> String? {
    Self.check(number, text, &keys, Names.labelKeyProblem)
  }

  /// What is wrong with the value that the interner knows as `number`; `nil` if nothing is.
  mutating func labelValue(_ number: Int, _ text: String) -> String? {
    Self.check(number, text, &values, Names.labelValueProblem)
  }

  /// What is wrong with the port name that the interner knows as `number`; `nil` if nothing is.
  mutating func portName(_ number: Int, _ text: String) -> String? {
    Self.check(number, text, &ports, Names.portNameProblem)
  }

  private static func check(
    _ number: Int, _ text: String, _ states: inout [State], _ problem: (String) -> String?
  ) -> String? {
    if number < states.count {
      if states[number] == .valid { return nil }
    } else {
      let missing = number + 1 - states.count
      states.append(contentsOf: repeatElement(.unknown, count: missing))
    }
    let found = problem(text)
    states[number] = found == nil ? .valid : .invalid
    return found
  }
}
