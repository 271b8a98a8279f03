import ArgumentParser

/// Standard input, which an input called - stands for.
enum StandardInput {
  /// - Throws: `ValidationError` where several inputs are standard input: it can be read once.
  static func requireSingleUse(_ inputs: [String]) throws {
    if inputs.count(where: { $0 == "-" }) > 1 {
      throw ValidationError("only one input can be standard input (-)")
    }
  }
}
