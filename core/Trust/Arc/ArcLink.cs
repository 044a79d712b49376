using Cloud.Mail.Headers;
using Cloud.Trust.Dkim;

namespace Cloud.Trust.Arc;

/// <summary>The fields of one set: what they say and where they are; −1 for one that is missing.</summary>
sealed class ArcLink(int instance)
{
    public int Instance => instance;

    public int ResultsIndex { get; set; } = -1;
    public AuthenticationResults? Results { get; set; }

    public int SignatureIndex { get; set; } = -1;
    public DkimSignature? Signature { get; set; }

    public int SealIndex { get; set; } = -1;
    public DkimSignature? Seal { get; set; }

    public bool IsWhole => ResultsIndex >= 0 && Signature is not null && Seal is not null;
}
