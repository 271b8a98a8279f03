import LookupTable
import NetworkTypes

/// The IPv4 part of a table in the making: a multi-bit trie of 16, 8 and 8 bits.
struct IPv4Trie {
  private(set) var root: [UInt32]
  private(set) var groups: [UInt32] = []
  /// Owners beside ``groups``.
  private(set) var owners: [UInt32] = []

  private static let groupFlag: UInt32 = 0x8000_0000

  /// All addresses have the class `value`.
  init(filledWith value: UInt32) { root = [UInt32](repeating: value, count: 65_536) }

  private mutating func makeGroup(filledWith value: UInt32) -> UInt32 {
    let group = UInt32(groups.count >> 8)
    groups.append(contentsOf: repeatElement(value, count: 256))
    owners.append(contentsOf: repeatElement(0, count: 256))
    return group | Self.groupFlag
  }

  subscript(address: UInt32) -> UInt32 {
    var entry = root[Int(address >> 16)]
    if entry & Self.groupFlag != 0 {
      entry = groups[Int(entry & ~Self.groupFlag) << 8 | Int(address >> 8 & 255)]
      if entry & Self.groupFlag != 0 {
        entry = groups[Int(entry & ~Self.groupFlag) << 8 | Int(address & 255)]
      }
    }
    return entry
  }

  /// Gives all addresses of a prefix the class `value`. Enclosing prefixes must be set first.
  mutating func set(_ prefix: IPPrefix, to value: UInt32) {
    let address = UInt32(truncatingIfNeeded: prefix.address.low)
    if prefix.length <= 16 {
      let first = Int(address >> 16)
      for index in first..<first + 1 << (16 - prefix.length) { root[index] = value }
      return
    }
    let middle = middleGroup(address)
    if prefix.length <= 24 {
      let first = middle << 8 | Int(address >> 8 & 255)
      for index in first..<first + 1 << (24 - prefix.length) { groups[index] = value }
      return
    }
    let first = lastGroup(address, middle) << 8 | Int(address & 255)
    for index in first..<first + 1 << (32 - prefix.length) { groups[index] = value }
  }

  /// Where one address has its class and owner of its own; stays valid.
  mutating func place(of address: UInt32) -> Int {
    lastGroup(address, middleGroup(address)) << 8 | Int(address & 255)
  }

  func classIndex(at place: Int) -> UInt32 { groups[place] }
  func owner(at place: Int) -> OwnerCode { OwnerCode(rawValue: owners[place]) }

  mutating func set(at place: Int, to value: UInt32, owner: OwnerCode) {
    groups[place] = value
    owners[place] = owner.rawValue
  }

  /// Gives one address a class and an owner.
  mutating func set(_ address: UInt32, to value: UInt32, owner: OwnerCode) {
    set(at: place(of: address), to: value, owner: owner)
  }

  /// Makes room for addresses that are entered one by one and lie close together.
  mutating func reserveCapacity(addressCount: Int) {
    let groupCount = addressCount / 256 + addressCount / 65_536 + 2
    groups.reserveCapacity(groups.count + groupCount * 256)
    owners.reserveCapacity(owners.count + groupCount * 256)
  }

  /// Gives every class inside of a prefix a new one.
  mutating func update(_ prefix: IPPrefix, _ change: (UInt32) -> UInt32) {
    let address = UInt32(truncatingIfNeeded: prefix.address.low)
    if prefix.length <= 16 {
      let first = Int(address >> 16)
      for index in first..<first + 1 << (16 - prefix.length) {
        if root[index] & Self.groupFlag != 0 {
          updateGroup(root[index], change)
        } else {
          root[index] = change(root[index])
        }
      }
      return
    }
    let middle = middleGroup(address)
    if prefix.length <= 24 {
      let first = middle << 8 | Int(address >> 8 & 255)
      for index in first..<first + 1 << (24 - prefix.length) { updateEntry(index, change) }
      return
    }
    let first = lastGroup(address, middle) << 8 | Int(address & 255)
    for index in first..<first + 1 << (32 - prefix.length) { updateEntry(index, change) }
  }

  private mutating func updateGroup(_ group: UInt32, _ change: (UInt32) -> UInt32) {
    let first = Int(group & ~Self.groupFlag) << 8
    for index in first..<first + 256 { updateEntry(index, change) }
  }

  private mutating func updateEntry(_ index: Int, _ change: (UInt32) -> UInt32) {
    if groups[index] & Self.groupFlag != 0 {
      updateGroup(groups[index], change)
    } else {
      groups[index] = change(groups[index])
    }
  }

  /// The owner that was entered for an address.
  func owner(_ address: UInt32) -> OwnerCode {
    let entry = root[Int(address >> 16)]
    guard entry & Self.groupFlag != 0 else { return .none }
    let inner = groups[Int(entry & ~Self.groupFlag) << 8 | Int(address >> 8 & 255)]
    guard inner & Self.groupFlag != 0 else { return .none }
    return OwnerCode(rawValue: owners[Int(inner & ~Self.groupFlag) << 8 | Int(address & 255)])
  }

  private mutating func middleGroup(_ address: UInt32) -> Int {
    let entry = root[Int(address >> 16)]
    if entry & Self.groupFlag != 0 { return Int(entry & ~Self.groupFlag) }
    let group = makeGroup(filledWith: entry)
    root[Int(address >> 16)] = group
    return Int(group & ~Self.groupFlag)
  }

  private mutating func lastGroup(_ address: UInt32, _ middle: Int) -> Int {
    let index = middle << 8 | Int(address >> 8 & 255)
    let entry = groups[index]
    if entry & Self.groupFlag != 0 { return Int(entry & ~Self.groupFlag) }
    let group = makeGroup(filledWith: entry)
    groups[index] = group
    return Int(group & ~Self.groupFlag)
  }
}
