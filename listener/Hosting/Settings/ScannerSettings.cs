using Cloud.Trust.Scanners;
using Cloud.Wire;

namespace Cloud.Listener.Hosting.Settings;

/// <summary>What is set of the programs that are asked about each message.</summary>
public abstract partial class DoorSettingSource
{
    /// <summary>A secret has no place on a command line: the environment gives it, or a file.</summary>
    const string RspamdPasswordVariable = "CLOUD_RSPAMD_PASSWORD";

    /// <summary>Characters of rspamd's password: it has to fit into a header field.</summary>
    const int MaxPassword = 1000;

    /// <summary>Seconds that a scan may last: a sender waits for minutes, but its connection is held.</summary>
    const int MaxScan = 60;

    static IEnumerable<(string Name, string Value, string Description)> ScannerNames =>
        [
            ("rspamd", "HOST:PORT", "An rspamd to ask about each message; or unix:/PATH"),
            ("rspamd-password-file", "FILE", "Holds the password of its worker (CLOUD_RSPAMD_PASSWORD)"),
            ("spamd", "HOST:PORT", "A SpamAssassin to ask; or unix:/PATH"),
            ("clamd", "HOST:PORT", "A ClamAV to ask; or unix:/PATH"),
            ("scan-failure", "accept|defer", "What becomes of mail while a scanner fails (accept)"),
            ("rspamd-failure", "accept|defer", "The same for rspamd alone (as --scan-failure)"),
            ("spamd-failure", "accept|defer", "The same for SpamAssassin alone (as --scan-failure)"),
            ("clamd-failure", "accept|defer", "The same for ClamAV alone (as --scan-failure)"),
            ("scan-seconds", "NUMBER", "Longest time of a scan, 1 to 60; it has failed then (10)"),
            ("scan-too-large", "accept|refuse", "What becomes of mail over 25 MiB, which is not scanned (accept)"),
            ("scan-refusal", "junk|refuse", "What becomes of what rspamd says to reject (junk)"),
            ("scan-delay", "defer|accept", "What becomes of what rspamd says to put off (defer)"),
            ("infected", "refuse|quarantine", "What becomes of malware; quarantine as of --quarantine (refuse)"),
        ];

    enum Failing
    {
        Accept,
        Defer,
    }

    enum TooLarge
    {
        Accept,
        Refuse,
    }

    enum Refusal
    {
        Junk,
        Refuse,
    }

    enum Infected
    {
        Refuse,
        Quarantine,
    }

    ScanPolicy ScanPolicy()
    {
        var failing = Choice("scan-failure", Failing.Accept);
        string[] scanners = ["rspamd", "spamd", "clamd"];
        return new()
        {
            FailClosed = failing == Failing.Defer,
            FailClosedOf = scanners.ToDictionary(
                name => name,
                name => Choice($"{name}-failure", failing) == Failing.Defer
            ),
            RefuseTooLarge = Choice("scan-too-large", TooLarge.Accept) == TooLarge.Refuse,
            MayRefuse = Choice("scan-refusal", Refusal.Junk) == Refusal.Refuse,
            MayDefer = Choice("scan-delay", Failing.Defer) == Failing.Defer,
            RefuseInfected = Choice("infected", Infected.Refuse) == Infected.Refuse,
        };
    }

    IEnumerable<IScanner> Scanners()
    {
        var password = RspamdPassword();
        (string Name, Func<ScanOptions, IScanner> Make)[] known =
        [
            ("rspamd", options => new RspamdScanner(options, TimeProvider.System, password)),
            ("spamd", options => new SpamdScanner(options, TimeProvider.System)),
            ("clamd", options => new ClamdScanner(options, TimeProvider.System)),
        ];
        var patience = TimeSpan.FromSeconds(Number("scan-seconds", 10, 1, MaxScan));
        foreach (var (name, make) in known)
        {
            if (One(name) is not { } text)
                continue;
            if (ScanEndpoint.TryParse(text) is { } endpoint)
                yield return make(new(endpoint) { Timeout = patience });
            else
                Faults.Add($"{name}: \"{text}\" is neither HOST:PORT nor unix:/PATH.");
        }
    }

    /// <returns>Null for none. A fault does not repeat it.</returns>
    string? RspamdPassword()
    {
        var password = Secret(RspamdPasswordVariable);
        if (ExistingFile("rspamd-password-file") is { } path && File.Exists(path))
            password = SecretFiles.Read("rspamd-password-file", path, Faults);
        if (password is null)
            return null;
        if (password.Length is 0 or > MaxPassword || password.Any(letter => letter is < ' ' or > '~'))
            Faults.Add(
                $"rspamd-password-file: the password must have 1 to {MaxPassword} characters, all printable ASCII."
            );
        if (One("rspamd") is null)
            Faults.Add("rspamd-password-file: needs rspamd, whose password it is.");
        return password;
    }
}
