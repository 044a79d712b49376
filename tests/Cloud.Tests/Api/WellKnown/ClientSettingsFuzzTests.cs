using System.Text;
using Cloud.Api.WellKnown;
using Cloud.Tests.Trust;

namespace Cloud.Tests.Api.WellKnown;

public sealed class ClientSettingsFuzzTests
{
    const string Question =
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><Autodiscover "
        + "xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006\">"
        + "<Request><EMailAddress>alice&amp;bob@example.org</EMailAddress></Request></Autodiscover>";

    [Fact]
    public void Any_question_is_read_or_refused() =>
        TrustFuzz.Run(
            [Question, Question.Replace("utf-8", "iso-8859-1", StringComparison.Ordinal)],
            text =>
            {
                if (ClientSettings.TryReadQuestion(Encoding.Latin1.GetBytes(text)) is { } address)
                    new ClientSettings("mail.example.org", new()).ForOutlook(address);
            }
        );
}
