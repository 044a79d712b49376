using Cloud.Flow.Door.Greylisting;
using Cloud.Mail;
using Cloud.Tests.Trust;

namespace Cloud.Tests.Flow.Door.Greylisting;

/// <summary>Whatever a sender calls itself has one pattern, no longer than itself, that is its own.</summary>
public sealed class GreylistFuzzTests
{
    [Fact]
    public void Any_sender_has_a_pattern() =>
        TrustFuzz.Run(
            [
                "ada@example.com",
                "list-return-12-bob=ours.test@example.com",
                "SRS0=Ab1=XY=e=ada@example.net",
                "\"a b\"@x.y",
            ],
            text =>
            {
                if (EmailAddress.TryParse(text) is not { } sender)
                    return;
                var pattern = SenderPattern.Of(sender);
                Assert.EndsWith("@" + EmailAddress.CanonicalDomain(sender.Domain), pattern, StringComparison.Ordinal);
                Assert.DoesNotContain(pattern[..pattern.LastIndexOf('@')], char.IsAsciiDigit);
            }
        );

    [Fact]
    public void Any_row_is_read() =>
        TrustFuzz.Run(
            [new string('x', 32), "0123456789abcdef"],
            text =>
            {
                var packed = System.Text.Encoding.Latin1.GetBytes(text);
                var history = ClientHistory.Unpack(0, default, default, packed);
                history.Judge(1, DateTimeOffset.UnixEpoch, new());
                Assert.Equal(packed.Length / 16 * 16, ClientHistory.Unpack(0, default, default, packed).Pack().Length);
            }
        );
}
