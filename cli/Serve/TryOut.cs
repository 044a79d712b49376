using System.Net;
using Cloud.Api.Admin;
using Cloud.Cli.Admin;

namespace Cloud.Cli.Serve;

/// <summary>`cloud serve --try`: example.test with alice and bob, and lines for a newcomer to paste.</summary>
static class TryOut
{
    public const string Domain = "example.test";

    /// <summary>Makes what is missing.</summary>
    /// <returns>Alice's and Bob's new passwords; null for a user who was there already.</returns>
    public static async Task<IReadOnlyList<(string Address, string? Password)>> PrepareAsync(
        IAdministration administration,
        CancellationToken cancel
    )
    {
        if (!(await administration.ListDomainsAsync(cancel)).Contains(Domain))
            await administration.AddDomainAsync(Domain, cancel);
        var known = (await administration.ListUsersAsync(cancel)).Select(user => user.Address).ToHashSet();

        var users = new List<(string, string?)>();
        foreach (var address in new[] { $"alice@{Domain}", $"bob@{Domain}" })
        {
            var password = known.Contains(address) ? null : Passwords.Generate();
            if (password is not null)
                await administration.AddUserAsync(address, password, cancel);
            users.Add((address, password));
        }
        return users;
    }

    public static void Explain(
        IReadOnlyList<(string Address, string? Password)> users,
        IReadOnlyDictionary<string, IPEndPoint> ports,
        TextWriter output
    )
    {
        var (alice, password) = users[0];
        output.WriteLine();
        foreach (var (address, made) in users)
            output.WriteLine(
                made is null
                    ? $"  {address}  (password as printed at the first start; `./run user passwd {address}` sets another)"
                    : $"  {address}  password {made}  (printed only this once)"
            );
        output.WriteLine();
        output.WriteLine(
            "Paste these into another terminal: send a message to alice, read it over IMAP, read it over POP3."
        );
        output.WriteLine();
        var user = $"{alice}:{password ?? "PASSWORD"}";
        if (ports.TryGetValue("smtp", out var smtp))
            output.WriteLine(
                $"  printf 'From: bob@{Domain}\\nTo: {alice}\\nSubject: Hello\\n\\nIt works.\\n' | "
                    + $"curl smtp://{smtp} --mail-from bob@{Domain} --mail-rcpt {alice} --crlf -T -"
            );
        if (ports.TryGetValue("imap", out var imap))
            output.WriteLine($"  curl 'imap://{imap}/INBOX;MAILINDEX=1' -u '{user}'");
        if (ports.TryGetValue("pop3", out var pop3))
            output.WriteLine($"  curl pop3://{pop3}/1 -u '{user}'");
        output.WriteLine();
    }
}
