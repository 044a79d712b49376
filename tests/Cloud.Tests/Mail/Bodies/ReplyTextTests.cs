using Cloud.Mail.Bodies;

namespace Cloud.Tests.Mail.Bodies;

public sealed class ReplyTextTests
{
    [Theory]
    [InlineData("On Sun, Nov 22, 2026 at 8:00 AM Bob <bob@here.example> wrote:")]
    [InlineData("On Sun, Nov 22, 2026 at 8:00 AM Bob\n<bob@here.example> wrote:")]
    [InlineData("Am 22.11.2026 um 08:00 schrieb Bob Müller:")]
    [InlineData("Le dim. 22 nov. 2026 à 08:00, Bob <bob@here.example> a écrit :")]
    [InlineData("El dom, 22 nov 2026 a las 8:00, Bob (<bob@here.example>) escribió:")]
    [InlineData("Il giorno dom 22 nov 2026 alle ore 08:00 Bob <bob@here.example> ha\nscritto:")]
    [InlineData("Em dom., 22 de nov. de 2026 às 08:00, Bob <bob@here.example> escreveu:")]
    [InlineData("Op zo 22 nov. 2026 om 08:00 schreef Bob <bob@here.example>:")]
    [InlineData("Den sön 22 nov. 2026 kl 08:00 skrev Bob <bob@here.example>:")]
    [InlineData("W dniu 22.11.2026 o 08:00, Bob pisze:")]
    [InlineData("22.11.2026 8:00, Боб пишет:")]
    [InlineData("вс, 22 нояб. 2026 г. в 08:00, Боб <bob@here.example>:")]
    [InlineData("2026年11月22日(日) 8:00 Bob <bob@here.example>:")]
    [InlineData("Bob <bob@here.example> 于2026年11月22日周日 08:00写道：")]
    [InlineData("2026년 11월 22일 (일) 오전 8:00, Bob <bob@here.example>님이 작성:")]
    public void Quote_below_goes_with_the_line_that_names_its_author(string attribution)
    {
        var reply = ReplyText.Of($"Yes, let us.\n\n{attribution}\n\n> Shall we?\n> Bob\n");

        Assert.Equal("Yes, let us.", reply.Own.TrimEnd());
        Assert.Equal($"{attribution}\n\n> Shall we?\n> Bob", reply.Quoted);
        Assert.Equal("", reply.Signature);
    }

    [Theory]
    [InlineData("-----Original Message-----\nFrom: Bob\nSent: Sunday\n\nShall we?")]
    [InlineData("-----Ursprüngliche Nachricht-----\nVon: Bob\n\nShall we?")]
    [InlineData("---------- Forwarded message ---------\nFrom: Bob\n\nShall we?")]
    [InlineData(
        "________________________________\nFrom: Bob <bob@here.example>\nSent: Sunday\nTo: Jane\nSubject: AW: x\n\nShall we?"
    )]
    [InlineData("Von: Bob\nGesendet: Sonntag, 22. November 2026\nAn: Jane\nBetreff: x\n\nShall we?")]
    [InlineData("De : Bob\nEnvoyé : dimanche\nÀ : Jane\nObjet : x\n\nShall we?")]
    [InlineData("*From:* Bob\n*Sent:* Sunday\n*To:* Jane\n\nShall we?")]
    [InlineData("On Nov 22, 2026, Bob wrote:\n\nShall we?")]
    public void Unmarked_quote_goes_from_what_introduces_it(string quote)
    {
        var reply = ReplyText.Of($"Yes.\r\n\r\n{quote}");

        Assert.Equal("Yes.", reply.Own.TrimEnd());
        Assert.Equal(quote, reply.Quoted);
    }

    [Fact]
    public void Answers_between_quotes_stay_and_the_signature_goes()
    {
        var reply = ReplyText.Of(
            "Bob wrote:\n> one\n> \n> two\nto both: yes\n\n> three\nno\n-- \nJane\nhttp://here.example\n"
        );

        Assert.Equal("to both: yes\n\nno", reply.Own);
        Assert.Equal("Bob wrote:\n> one\n> \n> two\n> three", reply.Quoted);
        Assert.Equal("-- \nJane\nhttp://here.example", reply.Signature);
    }

    [Theory]
    [InlineData("Sent from my iPhone")]
    [InlineData("Von meinem iPhone gesendet")]
    [InlineData("Get Outlook for Android<https://there.example>")]
    public void Line_of_a_phone_is_a_signature(string line)
    {
        var reply = ReplyText.Of($"ok\n\n{line}\n\nOn 22 Nov 2026, at 08:00, Bob <bob@here.example> wrote:\n\n> x\n");

        Assert.Equal("ok", reply.Own.TrimEnd());
        Assert.Equal(line, reply.Signature);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Just a text.\nWith two lines.")]
    [InlineData("He wrote: nothing.\nFrom: here to there\n- a list\n-- no signature\n--")]
    [InlineData("The plan for 2026:\nwe go on.")]
    [InlineData("From: is a word\nthat may begin a line")]
    public void Text_of_ones_own_stays_whole(string text) =>
        Assert.Equal(new ReplyText(text, "", ""), ReplyText.Of(text));

    [Theory]
    [InlineData("> x\n\n")]
    [InlineData("a:\n")]
    [InlineData("On wrote:\n")]
    [InlineData("From: a\nTo: b\n")]
    [InlineData("-- \n")]
    [InlineData("x")]
    [InlineData("\n")]
    public void Long_junk_takes_no_longer_than_its_length_allows(string unit) =>
        Assert.NotNull(ReplyText.Of(string.Concat(Enumerable.Repeat(unit, 1_000_000 / unit.Length))));
}
