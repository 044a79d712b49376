using System.Text;
using Cloud.Mail;

namespace Cloud.Cli.Check;

/// <summary>The user whom a <see cref="RoundTrip"/> writes to.</summary>
/// <remarks>The password comes by file or environment: arguments can be seen by every user of a machine.</remarks>
sealed record CheckAccount(EmailAddress Address, string Password)
{
    public const string UserVariable = "CLOUD_CHECK_USER";
    public const string PasswordVariable = "CLOUD_CHECK_PASSWORD";

    /// <summary>Address and password as SASL's PLAIN has them (RFC 4616 §2).</summary>
    public string Plain => Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{Address}\0{Password}"));

    /// <param name="path">Its first line is <c>address:password</c>; null to look into the environment.</param>
    /// <returns>Null with a fault added; faults never tell the password.</returns>
    public static CheckAccount? Read(string? path, Func<string, string?> environment, List<string> faults)
    {
        if (path is not null)
            return ReadFile(path, faults);
        var (user, password) = (environment(UserVariable), environment(PasswordVariable));
        if (Of(user, password) is { } account)
            return account;
        faults.Add(
            string.IsNullOrEmpty(user) && string.IsNullOrEmpty(password)
                ? $"send: whose mailbox? Give --account FILE, or set {UserVariable} and {PasswordVariable}."
                : $"send: {UserVariable} must be an address, and {PasswordVariable} its password."
        );
        return null;
    }

    static CheckAccount? ReadFile(string path, List<string> faults)
    {
        string line;
        try
        {
            line = File.ReadLines(path).FirstOrDefault() ?? "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            faults.Add($"account: {e.Message}");
            return null;
        }
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0 && Of(line[..colon].Trim(), line[(colon + 1)..]) is { } account)
            return account;
        faults.Add($"account: the first line of {path} is not address:password.");
        return null;
    }

    static CheckAccount? Of(string? user, string? password) =>
        user is not null && !string.IsNullOrEmpty(password) && EmailAddress.TryParse(user) is { IsAscii: true } address
            ? new(address, password)
            : null;

    /// <summary>Without the password, which a record would show.</summary>
    public override string ToString() => Address.ToString();
}
