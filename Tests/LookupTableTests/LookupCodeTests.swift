import Foundation
import LookupTable
import Testing

/// The machine code of the lookups, as the optimiser left it: it calls nothing but other lookups, so it neither allocates
/// nor counts references, whatever the flow.
@Suite struct LookupCodeTests {
  /// How the linker's names of the module's functions start, and those of the table's methods.
  private static let modulePrefix = "$s11LookupTable"
  private static let methodPrefix = "$s11LookupTable08DecisionB0C"

  /// The lookups: each name with its length, as the linker has it, and how many functions it stands for.
  private static let forms = [
    // One flow, and the plain loop.
    ("6lookUp", 2), ("11lookUpBatch", 1), ("12lookUpStaged", 1), ("11attribution", 1),
    ("14attributeBatch", 1),
  ]

  private static let isOptimised: Bool = {
    var isOptimised = true
    func note() -> Bool {
      isOptimised = false
      return true
    }
    // Evaluated only where nothing is optimised.
    assert(note())
    return isOptimised
  }()

  /// Whether this is the architecture whose instructions are read here.
  private static let isReadable: Bool = {
    #if arch(x86_64)
      true
    #else
      false
    #endif
  }()

  private static let hasTools = ["nm", "objdump"].allSatisfy {
    FileManager.default.isExecutableFile(atPath: "/usr/bin/\($0)")
  }

  private static func output(of tool: String, _ arguments: [String]) throws -> [Substring] {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/\(tool)")
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self).split(separator: "\n")
  }

  private struct Function {
    var name: String
    var start: UInt64
    var byteCount: UInt64
  }

  /// The functions of the module in this program.
  private static func functions(_ program: String) throws -> [Function] {
    try output(of: "nm", ["--print-size", "--defined-only", program]).compactMap { line in
      let words = line.split(separator: " ")
      guard words.count == 4, words[2].lowercased() == "t", words[3].hasPrefix(modulePrefix),
        let start = UInt64(words[0], radix: 16), let byteCount = UInt64(words[1], radix: 16)
      else { return nil }
      return Function(name: String(words[3]), start: start, byteCount: byteCount)
    }
  }

  /// What a function calls, goes on with, or takes the address of, by name; what is called through a pointer, as it is
  /// written.
  private static func callees(_ function: Function, _ program: String) throws -> Set<String> {
    let lines = try output(
      of: "objdump",
      [
        "--disassemble", "--no-show-raw-insn", "--start-address=\(function.start)",
        "--stop-address=\(function.start + function.byteCount)", program,
      ])
    var callees: Set<String> = []
    for line in lines {
      guard let instruction = line.split(separator: "\t").last,
        let name = instruction.split(separator: " ").first(where: { !prefixes.contains($0) })
      else { continue }
      let isCall = name.hasPrefix("call") || name.hasPrefix("j")
      guard isCall || name.hasPrefix("lea") else { continue }
      if let open = instruction.firstIndex(of: "<"), let close = instruction.lastIndex(of: ">") {
        let target = instruction[instruction.index(after: open)..<close]
        // Places inside of the function are its own name and an offset.
        let callee = String(target.split(separator: "+")[0])
        if isCall || callee.hasPrefix(modulePrefix) { callees.insert(callee) }
      } else if isCall {
        callees.insert(String(instruction))
      }
    }
    return callees
  }

  private static let prefixes: Set<Substring> = ["notrack", "bnd", "rep", "lock"]

  /// Whether a function may call something that is no function of the module.
  private static func isHarmless(_ callee: String, in function: String) -> Bool {
    // Where the stack was overwritten: ends the process.
    if callee.hasPrefix("__stack_chk_fail") { return true }
    // What functions have in common goes on where each of them says: they take the address of that.
    return function.hasSuffix("Tm") && callee.hasPrefix("jmp")
  }

  @Test(
    .enabled(if: isReadable, "reads the instructions of x86-64"),
    .enabled(if: isOptimised, "only optimised code is what users run"),
    .enabled(if: hasTools, "nm and objdump (package binutils) are not here"))
  func `lookups call nothing that allocates or counts references`() throws {
    let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let functions = try Self.functions(program)
    let byName = Dictionary(functions.map { ($0.name, $0) }) { first, _ in first }
    var waiting: [String] = []
    for (form, count) in Self.forms {
      for family in ["IPv4FlowKey", "IPv6FlowKey"] {
        let found = functions.map(\.name).filter {
          $0.hasPrefix(Self.methodPrefix + form) && $0.contains(family)
        }
        #expect(found.count >= count, "\(form), \(family)")
        waiting += found
      }
    }
    var seen = Set(waiting)
    while let name = waiting.popLast() {
      let function = try #require(byName[name])
      for callee in try Self.callees(function, program) where callee != name {
        if byName[callee] == nil {
          #expect(Self.isHarmless(callee, in: name), "\(name) calls \(callee)")
        } else if seen.insert(callee).inserted {
          waiting.append(callee)
        }
      }
    }
  }

  @Test(
    .enabled(if: isReadable, "reads the instructions of x86-64"),
    .enabled(if: isOptimised, "only optimised code is what users run"),
    .enabled(if: hasTools, "nm and objdump (package binutils) are not here"))
  func `what allocates is seen`() throws {
    let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let nodes = try #require(
      Self.functions(program).first {
        $0.name.hasPrefix(Self.methodPrefix + "5nodes7ofGroup")
      })
    let callees = try Self.callees(nodes, program)
    #expect(callees.contains { !$0.hasPrefix(Self.modulePrefix) })
  }
}
