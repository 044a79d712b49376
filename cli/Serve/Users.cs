using Cloud.Api.Admin;
using Cloud.Mail;

namespace Cloud.Cli.Serve;

/// <summary>The --users file: <c>address:password</c>, one a line; empty lines and <c>#</c> comments are passed over.</summary>
static class Users
{
    /// <exception cref="AdminException">Lines that cannot be; all are named, without their passwords.</exception>
    public static async Task ApplyAsync(string path, IAdministration administration, CancellationToken cancel)
    {
        var users = Read(path);
        var known = (await administration.ListUsersAsync(cancel)).Select(user => user.Address).ToHashSet();
        foreach (var (address, password) in users)
        {
            if (known.Contains(address.Key))
                await administration.SetPasswordAsync(address.Key, password, cancel);
            else
                await administration.AddUserAsync(address.Key, password, cancel);
        }
    }

    static List<(EmailAddress Address, string Password)> Read(string path)
    {
        var users = new List<(EmailAddress, string)>();
        var faults = new List<string>();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line) || line.StartsWith('#'))
                continue;
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var address = colon < 0 ? null : EmailAddress.TryParse(line[..colon].Trim());
            if (address is null || colon == line.Length - 1)
                faults.Add($"{path}, line {number}: not address:password.");
            else
                users.Add((address, line[(colon + 1)..]));
        }
        return faults.Count == 0 ? users : throw new AdminException(string.Join('\n', faults));
    }
}
