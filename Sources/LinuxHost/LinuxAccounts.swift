import Glibc
import HostInterface

/// The users and groups of this machine, as its name services know them, which may ask files or servers.
public final class LinuxAccounts: AccountDirectory {
    private let pool = BlockingPool()
    private let passwords: PasswordHelper

    /// - Parameter helper: the program that asks PAM; nil: the one that is running.
    public init(helper: String? = nil) { passwords = PasswordHelper(program: helper) }

    public var ownUser: UInt32 { geteuid() }

    public func account(ofUser uid: UInt32) async -> Account {
        await pool.run { Self.account(uid) }
    }

    public func account(named name: String) async -> Account? { await pool.run { Self.account(named: name) } }

    public func judge(_ password: String, of user: String, by service: String) async -> PasswordVerdict {
        await passwords.judge(password, of: user, by: service)
    }

    /// Bytes for the texts of an entry: a group may have thousands of members.
    private static let entrySize = 1 << 18
    /// Nobody is in more groups.
    private static let maximumGroups = 65536

    private static func account(_ uid: UInt32) -> Account {
        var entry = passwd()
        var texts = [CChar](repeating: 0, count: entrySize)
        var found: UnsafeMutablePointer<passwd>?
        guard getpwuid_r(uid, &entry, &texts, texts.count, &found) == 0, found != nil, let name = entry.pw_name else {
            return Account(uid: uid, name: nil)
        }
        return Account(uid: uid, name: String(cString: name), groups: groups(of: name, with: entry.pw_gid))
    }

    private static func account(named name: String) -> Account? {
        var entry = passwd()
        var texts = [CChar](repeating: 0, count: entrySize)
        var found: UnsafeMutablePointer<passwd>?
        guard getpwnam_r(name, &entry, &texts, texts.count, &found) == 0, found != nil, let known = entry.pw_name else {
            return nil
        }
        return Account(uid: entry.pw_uid, name: String(cString: known), groups: groups(of: known, with: entry.pw_gid))
    }

    private static func groups(of name: UnsafePointer<CChar>, with first: gid_t) -> Set<String> {
        var count = CInt(64)
        var ids = [gid_t](repeating: 0, count: Int(count))
        while getgrouplist(name, first, &ids, &count) < 0, ids.count < maximumGroups {
            ids = [gid_t](repeating: 0, count: max(Int(count), ids.count * 2))
            count = CInt(ids.count)
        }
        return Set(ids.prefix(Int(max(0, count))).compactMap(groupName))
    }

    private static func groupName(_ id: gid_t) -> String? {
        var entry = group()
        var texts = [CChar](repeating: 0, count: entrySize)
        var found: UnsafeMutablePointer<group>?
        guard getgrgid_r(id, &entry, &texts, texts.count, &found) == 0, found != nil else { return nil }
        return entry.gr_name.map { String(cString: $0) }
    }
}
