import LookupTable
import NetworkTypes

/// The IPv6 part of a table in the making: regions between borders of prefixes, and the addresses of pods and nodes.
struct IPv6Addresses {
  /// First address and class of each region, ascending.
  private(set) var regions: [(start: IPAddress, classIndex: UInt32)]
  private struct Item {
    var high: UInt64
    var low: UInt64
    var classIndex: UInt32
    var owner: UInt32
  }
  private var items: [Item] = []

  private static func isBefore(_ item: Item, _ address: IPAddress) -> Bool {
    item.high != address.high ? item.high < address.high : item.low < address.low
  }

  init(regions: [(start: IPAddress, classIndex: UInt32)]) { self.regions = regions }

  /// Index of the region that holds an address.
  func region(of address: IPAddress) -> Int {
    var low = 0
    var high = regions.count
    while low < high {
      let middle = (low + high) / 2
      if regions[middle].start <= address { low = middle + 1 } else { high = middle }
    }
    return low - 1
  }

  /// The same for an address that is not before a region.
  /// - Complexity: linear in the regions between the two.
  func region(of address: IPAddress, from region: Int) -> Int {
    var region = region
    while region + 1 < regions.count, regions[region + 1].start <= address { region += 1 }
    return region
  }

  mutating func reserveCapacity(_ count: Int) { items.reserveCapacity(count) }

  /// Enters an address once.
  mutating func add(_ address: IPAddress, classIndex: UInt32, owner: OwnerCode) {
    items.append(
      Item(
        high: address.high, low: address.low, classIndex: classIndex, owner: owner.rawValue))
  }

  // MARK: - Edits

  /// Index of the first item that is not before an address. Items ascend.
  private func position(of address: IPAddress) -> Int {
    var low = 0
    var high = items.count
    while low < high {
      let middle = (low + high) / 2
      if Self.isBefore(items[middle], address) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func index(of address: IPAddress) -> Int? {
    let position = position(of: address)
    guard position < items.count, items[position].high == address.high,
      items[position].low == address.low
    else { return nil }
    return position
  }

  /// Class and owner of an entered address.
  func entry(_ address: IPAddress) -> (classIndex: UInt32, owner: OwnerCode)? {
    index(of: address).map { (items[$0].classIndex, OwnerCode(rawValue: items[$0].owner)) }
  }

  /// Enters an address, in the place of what was entered for it before.
  mutating func set(_ address: IPAddress, to classIndex: UInt32, owner: OwnerCode) {
    let item = Item(
      high: address.high, low: address.low, classIndex: classIndex, owner: owner.rawValue)
    let position = position(of: address)
    if position < items.count, items[position].high == address.high,
      items[position].low == address.low
    {
      items[position] = item
    } else {
      items.insert(item, at: position)
    }
  }

  /// Takes an address out again: it has the class of its region.
  mutating func remove(_ address: IPAddress) {
    if let index = index(of: address) { items.remove(at: index) }
  }

  /// Makes a region start at an address.
  /// - Returns: its index, and whether it is a new one, a copy of the region before it.
  mutating func split(at start: IPAddress) -> (index: Int, isNew: Bool) {
    let region = region(of: start)
    if regions[region].start == start { return (region, false) }
    regions.insert((start, regions[region].classIndex), at: region + 1)
    return (region + 1, true)
  }

  mutating func setClass(ofRegion region: Int, to classIndex: UInt32) {
    regions[region].classIndex = classIndex
  }

  /// Gives the entered addresses of a prefix new classes.
  mutating func update(_ prefix: IPPrefix, _ change: (UInt32) -> UInt32) {
    var index = position(of: prefix.address)
    let last = prefix.lastAddress
    while index < items.count,
      items[index].high < last.high
        || items[index].high == last.high && items[index].low <= last.low
    {
      items[index].classIndex = change(items[index].classIndex)
      index += 1
    }
  }

  /// Slots, entries and owners: runs of addresses that share their upper 120 bits.
  consuming func makeSlots() -> (slots: [IPv6Slot], entries: [UInt32], owners: [UInt32]) {
    var items = items
    func isBefore(_ left: Item, _ right: Item) -> Bool {
      left.high != right.high ? left.high < right.high : left.low < right.low
    }
    if zip(items, items.dropFirst()).contains(where: { isBefore($1, $0) }) {
      items.sort(by: isBefore)
    }
    var slots: [IPv6Slot] = []
    var entries: [UInt32] = []
    var owners: [UInt32] = []
    var start = 0
    while start < items.count {
      let (high, middle) = (items[start].high, items[start].low >> 8)
      var end = start
      while end < items.count, items[end].high == high, items[end].low >> 8 == middle { end += 1 }
      let first = UInt32(truncatingIfNeeded: items[start].low & 255)
      let last = UInt32(truncatingIfNeeded: items[end - 1].low & 255)
      let base = entries.count
      slots.append(
        IPv6Slot(
          high: high, middle: middle, firstEntry: UInt32(base), entryCount: last - first + 1,
          firstAddress: first))
      // Addresses between those entered have the class of their region.
      var region = self.region(of: IPAddress(ipv6High: high, low: items[start].low))
      for item in items[start..<end] {
        let offset = Int(UInt32(truncatingIfNeeded: item.low & 255) - first)
        while entries.count < base + offset {
          let gap = IPAddress(
            ipv6High: high, low: items[start].low + UInt64(entries.count - base))
          while region + 1 < regions.count, regions[region + 1].start <= gap { region += 1 }
          entries.append(regions[region].classIndex)
          owners.append(0)
        }
        entries.append(item.classIndex)
        owners.append(item.owner)
      }
      start = end
    }
    return (slots, entries, owners)
  }
}
