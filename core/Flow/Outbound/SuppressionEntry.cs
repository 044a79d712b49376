using System.Globalization;
using Cloud.Store;
using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound;

public enum SuppressionReason
{
    /// <summary>Its server said that there is no such address.</summary>
    Bounce,

    /// <summary>Its owner called a message junk.</summary>
    Complaint,

    /// <summary>Somebody here put it on the list.</summary>
    ByHand,
}

/// <summary>Whose list an address is on.</summary>
/// <param name="Account">An account's own; null for a domain's.</param>
/// <param name="Domain">Of all senders of a domain of ours, in lower case and A-labels; null for an account's.</param>
public sealed record SuppressionScope(AccountId? Account, string? Domain)
{
    public static SuppressionScope Of(AccountId account) => new(account, null);

    public static SuppressionScope Of(string domain) => new(null, domain);
}

/// <param name="Address">Compared by its <see cref="Mail.EmailAddress.Key"/>.</param>
/// <param name="Text">What its server said, or who put it here.</param>
/// <param name="Until">When it may be written to again; null for never.</param>
public sealed record SuppressionEntry(
    string Address,
    SuppressionReason Reason,
    string Text,
    DateTimeOffset Since,
    DateTimeOffset? Until
)
{
    /// <summary>Characters of <see cref="Text"/> that are kept.</summary>
    public const int MaxText = 500;

    /// <summary>For whoever wrote to it.</summary>
    public string Explanation
    {
        get
        {
            var why = Reason switch
            {
                SuppressionReason.Bounce => "its server said that it does not exist",
                SuppressionReason.Complaint => "its owner has called earlier mail junk",
                _ => "it was put on the list of those not to be written to",
            };
            var until = Until is { } end
                ? string.Create(CultureInfo.InvariantCulture, $"; it can be again from {end.UtcDateTime:u}")
                : "";
            return string.Create(
                CultureInfo.InvariantCulture,
                $"Nothing was sent: since {Since.UtcDateTime:u} the address is not written to, because {why} ({Text}){until}"
            );
        }
    }

    internal RowData ToRow()
    {
        var data = new RowData(5)
        {
            { "Address", Address },
            { "Reason", (int)Reason },
            { "Text", Text.Length <= MaxText ? Text : Text[..MaxText] },
            { "Since", Since },
        };
        if (Until is { } until)
            data.Add("Until", until);
        return data;
    }

    internal static SuppressionEntry From(RowData data) =>
        new(
            data.String("Address") ?? "",
            (SuppressionReason)data.Int("Reason"),
            data.String("Text") ?? "",
            data.Time("Since") ?? default,
            data.Time("Until")
        );
}
