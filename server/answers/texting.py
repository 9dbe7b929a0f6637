"""How people type: short forms of everyday words written out, so that "cba wiv skl 2moz" meets "school tomorrow".

Belongs here: spelling habits only. Words that mean a subject (slang for a thing) are samples and belong to the editors.
"""

from __future__ import annotations

from typing import Final

_ENGLISH: Final = """
u=you ur=your yr=your youre=you r=are n=and nd=and ppl=people pls=please plz=please plss=please thx=thanks ty=thanks
cuz=because cos=because coz=because bcos=because bc=because b4=before 2day=today 2nite=tonight tonite=tonight
2moro=tomorrow 2moz=tomorrow tmrw=tomorrow tmr=tomorrow tomoz=tomorrow tomo=tomorrow wanna=want gonna=going gunna=going
gotta=got wiv=with wit=with w=with wid=with da=the dat=that dis=this dey=they dem=them den=then der=there sum1=someone
some1=someone any1=anyone ne1=anyone no1=nobody every1=everyone summat=something sumthing=something smth=something
sth=something nuffin=nothing nuthin=nothing nothin=nothing nowt=nothing skl=school skool=school scl=school
clg=college colege=college collage=college uni=university wrk=work wk=week wks=weeks mnths=months yrs=years yo=years
bf=boyfriend gf=girlfriend m8=mate m8s=mates mum=mum mam=mum mom=mum mums=mum moms=mum mams=mum dads=dad ma=mum
gaff=house hse=house hom=home appt=appointment apt=appointment appoint=appointment aptment=appointment
msg=message txt=text fone=phone fon=phone mob=phone rn=now atm=now asap=now idk=dunno dno=dunno dk=dunno duno=dunno
govt=government gov=government hw=how wot=what wat=what wut=what wats=what whats=what wen=when wer=where were=where
wher=where y=why hv=have hav=have av=have havnt=not havent=not aint=not isnt=not dont=not doesnt=not didnt=not
cant=cannot carnt=cannot cnt=cannot wont=not couldnt=cannot wasnt=not nt=not
shud=should shld=should cud=could cld=could wud=would wld=would im=i ive=i ill=i id=id gd=good l8=late l8r=later
gr8=great fam=fam bruv=bro bruh=bro brudda=bro sis=sister babe=babe lil=little bby=baby bab=baby preg=pregnant
prego=pregnant pregs=pregnant pregers=pregnant abt=about abwt=about bout=about thru=through thro=through tho=though
alot=lot coz=because prolly=probably probs=probably deffo=definitely defo=definitely info=information
docs=doctor doc=doctor gp=doctor quid=money dosh=money p=money paper=money cash=money pennies=money
jobcenter=jobcentre jobcntr=jobcentre
"""
_TABLES: Final = {"en": dict(pair.split("=") for pair in _ENGLISH.split())}


def written_out(word: str, language: str) -> str:
    """The everyday word behind a short form, or the word itself."""
    return _TABLES.get(language, {}).get(word, word)
